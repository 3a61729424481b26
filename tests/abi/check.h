#ifndef TESTS_ABI_CHECK_H
#define TESTS_ABI_CHECK_H

/* What the files of the test share: checks that end the program at the first surprise, the net under test, small
 * helpers. */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wasm/cnn_api.h"

void start_phase(const char* name);
void surprise(int line, const char* what);
int contains(cnn_text text, const char* piece);
/* The call failed, and the last error names this code. */
void check_failed(int line, cnn_status status, const char* code);

#define CHECK(condition) \
  do { \
    if (!(condition)) surprise(__LINE__, #condition); \
  } while (0)

#define CHECK_OK(call) CHECK((call) == CNN_OK)
#define CHECK_FAILED(call, code) check_failed(__LINE__, (call), (code))
#define TEXT(literal) (literal), (sizeof(literal) - 1)

cnn_floats tensor(cnn_net* net, const char* kind, const char* address);
void fill_images(float* images, size_t count);

#define DEFINITION \
  "{\"name\":\"small\",\"preprocessing\":{\"divide\":255},\"layers\":[" \
  "{\"type\":\"input\",\"shape\":[8,8,1]}," \
  "{\"type\":\"conv2d\",\"name\":\"conv1\",\"filters\":4,\"kernel\":3,\"activation\":\"relu\"}," \
  "{\"type\":\"pool2d\",\"name\":\"pool1\",\"mode\":\"max\",\"kernel\":2}," \
  "{\"type\":\"flatten\"}," \
  "{\"type\":\"dense\",\"name\":\"dense1\",\"units\":3}," \
  "{\"type\":\"softmax\",\"name\":\"prediction\"}]}"

enum { kPixels = 64, kImages = 96, kClasses = 3, kBatch = 4, kIdxBytes = 16 + kImages * kPixels + 8 + kImages };

/* kImages pictures whose class is where the bright third is, every other pixel noise, as an idx file of kIdxBytes. */
void make_idx(uint8_t* idx);

void test_data_and_training(void);
void test_explain(void);

#endif
