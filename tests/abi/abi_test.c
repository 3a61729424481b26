/* Walks through every function of the C interface, phase by phase, the failing calls too. Compiled as C: the header must
 * be C. Prints each phase; ends with 1 at the first surprise. Here: the library and nets; training.c and explain.c: the rest. */

#include "tests/abi/check.h"

static const char* phase = "";

void start_phase(const char* name) {
  phase = name;
  printf("== %s\n", name);
}

void surprise(int line, const char* what) {
  cnn_text error;
  cnn_last_error(&error);
  fprintf(stderr, "%s, line %d: %s\nlast error: %.*s\n", phase, line, what, (int)error.size, error.data);
  exit(1);
}

int contains(cnn_text text, const char* piece) {
  const size_t size = strlen(piece);
  size_t i;
  for (i = 0; i + size <= text.size; ++i) {
    if (memcmp(text.data + i, piece, size) == 0) return 1;
  }
  return 0;
}

void check_failed(int line, cnn_status status, const char* code) {
  char wanted[64];
  cnn_text error;
  if (status != CNN_FAILED) surprise(line, "the call should have failed");
  cnn_last_error(&error);
  snprintf(wanted, sizeof wanted, "\"code\":\"%s\"", code);
  if (!contains(error, wanted)) surprise(line, wanted);
}

cnn_floats tensor(cnn_net* net, const char* kind, const char* address) {
  cnn_floats floats = {NULL, 0};
  CHECK_OK(cnn_net_tensor(net, kind, strlen(kind), address, strlen(address), &floats));
  return floats;
}

void fill_images(float* images, size_t count) {
  size_t i;
  for (i = 0; i < count; ++i) images[i] = (float)((i * 37) % 101) / 100.0f;
}

/* ---- the library itself ---- */

static void test_library(void) {
  cnn_text text, again;
  void* memory;
  start_phase("library");
  cnn_last_error(NULL);
  cnn_last_error(&text);
  CHECK(text.size == 0);

  CHECK_OK(cnn_describe(&text));
  CHECK(contains(text, "\"conv2d\"") && contains(text, "\"learning_rate\"") && contains(text, "\"bad_file\""));
  CHECK(contains(text, "\"build\":\"native\""));
  CHECK_OK(cnn_describe(&again));
  CHECK(again.data == text.data && again.size == text.size);
  CHECK_FAILED(cnn_describe(NULL), "invalid_value");

  memory = cnn_alloc(1000);
  CHECK(memory != NULL);
  memset(memory, 1, 1000);
  cnn_free(memory);
  memory = cnn_alloc(0);
  CHECK(memory != NULL);
  cnn_free(memory);
  cnn_free(NULL);
}

static void test_summarize(void) {
  cnn_text text;
  char* deep;
  size_t i;
  start_phase("summarize");
  CHECK_OK(cnn_summarize(TEXT(DEFINITION), &text));
  CHECK(contains(text, "\"conv1.relu\"") && contains(text, "\"receptive_field\"") && contains(text, "\"macs\""));

  text.size = 12345;
  CHECK_FAILED(cnn_summarize(NULL, 10, &text), "invalid_value");
  CHECK_FAILED(cnn_summarize(NULL, 0, &text), "invalid_definition");
  CHECK_FAILED(cnn_summarize(TEXT("{\"layers\":"), &text), "invalid_definition");
  CHECK_FAILED(cnn_summarize(TEXT("[]"), &text), "invalid_definition");
  CHECK_FAILED(cnn_summarize(TEXT("{\"layers\":[{\"type\":\"conv3d\"}]}"), &text), "invalid_definition");
  CHECK_FAILED(cnn_summarize(TEXT("\"\xff\xfe\""), &text), "invalid_definition");
  CHECK_FAILED(cnn_summarize(TEXT(DEFINITION), NULL), "invalid_value");
  CHECK(text.size == 12345);

  deep = malloc(1 << 20);
  for (i = 0; i < 1 << 20; ++i) deep[i] = '[';
  CHECK_FAILED(cnn_summarize(deep, 1 << 20, &text), "invalid_definition");
  free(deep);
  deep = calloc(5, 1 << 20);
  CHECK_FAILED(cnn_summarize(deep, 5 << 20, &text), "invalid_definition");
  free(deep);
}

static const char drawing[] = "{\"strokes\":[[[100,60],[180,60]],[[150,60],[120,220]]]}";

static void test_rasterize(void) {
  cnn_text text;
  cnn_floats pixels;
  double sum = 0;
  size_t i;
  start_phase("rasterize");
  CHECK_OK(cnn_rasterize(TEXT(drawing), &text, &pixels));
  CHECK(contains(text, "\"ink\"") && contains(text, "\"box\"") && contains(text, "\"image\""));
  CHECK(pixels.size > 28 * 28);
  for (i = pixels.size - 28 * 28; i < pixels.size; ++i) {
    CHECK(pixels.data[i] >= 0 && pixels.data[i] <= 1);
    sum += pixels.data[i];
  }
  CHECK(sum > 20 && sum < 300);
  CHECK_OK(cnn_rasterize(TEXT("{\"strokes\":[]}"), &text, &pixels));
  CHECK_FAILED(cnn_rasterize(TEXT("{\"strokes\":[[[1]]]}"), &text, &pixels), "invalid_value");
  CHECK_FAILED(cnn_rasterize(TEXT("{\"strokes\":"), &text, &pixels), "invalid_definition");
  CHECK_FAILED(cnn_rasterize(TEXT("{\"strokes\":[],\"size\":100000}"), &text, &pixels), "invalid_value");
  CHECK_FAILED(cnn_rasterize(TEXT(drawing), NULL, &pixels), "invalid_value");
  CHECK_FAILED(cnn_rasterize(TEXT(drawing), &text, NULL), "invalid_value");
  CHECK_FAILED(cnn_rasterize(NULL, 9, &text, &pixels), "invalid_value");
}

/* ---- nets ---- */

static void test_net(void) {
  cnn_net* net = NULL;
  cnn_net* other = NULL;
  cnn_text text;
  cnn_floats floats, pixels;
  float images[kBatch * kPixels];
  uint8_t bytes[kBatch * kPixels];
  uint8_t labels[kBatch] = {0, 1, 2, 1};
  float kernel[36];
  double loss = 0;
  float before;
  size_t i;

  start_phase("net");
  CHECK_FAILED(cnn_net_create(TEXT("{}"), 1, &net), "invalid_definition");
  CHECK_FAILED(cnn_net_create(TEXT(DEFINITION), 1, NULL), "invalid_value");
  CHECK(net == NULL);
  CHECK_OK(cnn_net_create(TEXT(DEFINITION), 1, &net));
  CHECK_OK(cnn_net_info(net, &text));
  CHECK(contains(text, "\"definition\":{\"name\":\"small\"") && contains(text, "\"record\":{}"));
  CHECK_FAILED(cnn_net_info(NULL, &text), "invalid_value");

  start_phase("net: tensors before a pass");
  CHECK_FAILED(cnn_net_tensor(net, TEXT("activation"), TEXT("conv1"), &floats), "invalid_value");
  CHECK_FAILED(cnn_net_backward(net, labels, kBatch, &loss), "invalid_value");
  CHECK(tensor(net, "parameter", "conv1/kernel").size == 36);
  CHECK_FAILED(cnn_net_tensor(net, TEXT("parameter"), TEXT("conv1/kernal"), &floats), "not_found");
  CHECK_FAILED(cnn_net_tensor(net, TEXT("weights"), TEXT("conv1"), &floats), "not_found");
  CHECK_FAILED(cnn_net_tensor(net, NULL, 3, TEXT("conv1"), &floats), "invalid_value");
  CHECK_FAILED(cnn_net_tensor(NULL, TEXT("parameter"), TEXT("conv1/kernel"), &floats), "invalid_value");

  start_phase("net: forward");
  fill_images(images, kBatch * kPixels);
  for (i = 0; i < kBatch * kPixels; ++i) bytes[i] = (uint8_t)((i * 53) % 256);
  CHECK_OK(cnn_net_forward(net, images, kPixels, 1));
  CHECK(tensor(net, "activation", "prediction").size == kClasses);
  CHECK_OK(cnn_net_forward(net, images, kBatch * kPixels, kBatch));
  floats = tensor(net, "activation", "prediction");
  CHECK(floats.size == kBatch * kClasses);
  CHECK(fabs(floats.data[0] + floats.data[1] + floats.data[2] - 1) < 1e-5);
  CHECK(memcmp(tensor(net, "activation", "input").data, images, sizeof images) == 0);
  CHECK_FAILED(cnn_net_tensor(net, TEXT("activation"), TEXT("conv2"), &floats), "not_found");
  CHECK_FAILED(cnn_net_tensor(net, TEXT("gradient"), TEXT("conv1"), &floats), "invalid_value");
  CHECK_FAILED(cnn_net_forward(net, images, kPixels, 0), "invalid_value");
  CHECK_FAILED(cnn_net_forward(net, images, kPixels, -5), "invalid_value");
  CHECK_FAILED(cnn_net_forward(net, images, kPixels - 1, 1), "shape_mismatch");
  CHECK_FAILED(cnn_net_forward(net, NULL, kPixels, 1), "invalid_value");
  CHECK_FAILED(cnn_net_forward(NULL, images, kPixels, 1), "invalid_value");
  /* The failures left the last pass alone. */
  CHECK(tensor(net, "activation", "prediction").size == kBatch * kClasses);

  start_phase("net: predict");
  CHECK_OK(cnn_net_predict(net, images, kBatch * kPixels, kBatch, &floats));
  CHECK(floats.size == kBatch * kClasses);
  for (i = 0; i < floats.size; ++i) {
    CHECK(fabs(floats.data[i] - tensor(net, "activation", "prediction").data[i]) < 1e-5);
  }
  CHECK_OK(cnn_net_predict(net, images, kPixels, 1, &floats));
  CHECK(floats.size == kClasses);
  CHECK(tensor(net, "activation", "prediction").size == kBatch * kClasses);
  CHECK_FAILED(cnn_net_predict(net, images, kPixels, 0, &floats), "invalid_value");
  CHECK_FAILED(cnn_net_predict(net, images, kPixels - 1, 1, &floats), "shape_mismatch");
  CHECK_FAILED(cnn_net_predict(net, NULL, kPixels, 1, &floats), "invalid_value");
  CHECK_FAILED(cnn_net_predict(net, images, kPixels, 1, NULL), "invalid_value");
  CHECK_FAILED(cnn_net_predict(NULL, images, kPixels, 1, &floats), "invalid_value");

  start_phase("net: forward from bytes");
  CHECK_OK(cnn_net_forward_bytes(net, bytes, kBatch * kPixels, kBatch, 0, 0));
  CHECK(fabs(tensor(net, "activation", "input").data[1] - 53.0f / 255) < 1e-6);
  CHECK_OK(cnn_net_forward_bytes(net, bytes, kPixels, 1, 8, 8));
  CHECK_FAILED(cnn_net_forward_bytes(net, bytes, kPixels, 1, 4, 16), "shape_mismatch");
  CHECK_FAILED(cnn_net_forward_bytes(net, bytes, kPixels, 1, -8, -8), "invalid_value");
  CHECK_FAILED(cnn_net_forward_bytes(net, bytes, kPixels, 1, 2147483647, 2147483647), "invalid_value");
  CHECK_FAILED(cnn_net_forward_bytes(net, bytes, 7, 1, 0, 0), "shape_mismatch");
  CHECK_FAILED(cnn_net_forward_bytes(net, NULL, kPixels, 1, 0, 0), "invalid_value");

  start_phase("net: forward from a drawing");
  CHECK_OK(cnn_net_forward_drawing(net, TEXT(drawing), &text, &pixels));
  CHECK(contains(text, "\"name\":\"image\",\"h\":8,\"w\":8"));
  floats = tensor(net, "activation", "input");
  CHECK(floats.size == kPixels);
  for (i = 0; i < kPixels; ++i) CHECK(fabs(floats.data[i] - pixels.data[pixels.size - kPixels + i]) < 1e-6);
  CHECK_FAILED(cnn_net_forward_drawing(net, TEXT("{\"strokes\":[],\"size\":28}"), &text, &pixels), "shape_mismatch");
  CHECK_FAILED(cnn_net_forward_drawing(net, TEXT("7"), &text, &pixels), "invalid_definition");

  start_phase("net: backward");
  CHECK_OK(cnn_net_forward(net, images, kBatch * kPixels, kBatch));
  CHECK_OK(cnn_net_backward(net, labels, kBatch, &loss));
  CHECK(loss > 0 && loss < 20);
  CHECK(tensor(net, "gradient", "input").size == kBatch * kPixels);
  CHECK(tensor(net, "gradient", "dense1").size == kBatch * kClasses);
  floats = tensor(net, "parameter_gradient", "dense1/bias");
  before = floats.data[0];
  /* Each image's p − y sums to 0, hence the bias gradients do. */
  CHECK(fabs(floats.data[0] + floats.data[1] + floats.data[2]) < 1e-5);
  CHECK_OK(cnn_net_backward(net, labels, kBatch, &loss));
  CHECK(tensor(net, "parameter_gradient", "dense1/bias").data[0] == before);
  CHECK_FAILED(cnn_net_backward(net, labels, kBatch - 1, &loss), "shape_mismatch");
  labels[2] = 3;
  CHECK_FAILED(cnn_net_backward(net, labels, kBatch, &loss), "invalid_value");
  labels[2] = 2;
  CHECK_FAILED(cnn_net_backward(net, NULL, kBatch, &loss), "invalid_value");
  CHECK_FAILED(cnn_net_backward(net, labels, kBatch, NULL), "invalid_value");
  CHECK_OK(cnn_net_forward(net, images, kPixels, 1));
  CHECK_FAILED(cnn_net_tensor(net, TEXT("gradient"), TEXT("input"), &floats), "invalid_value");

  start_phase("net: parameters");
  for (i = 0; i < 36; ++i) kernel[i] = (float)i / 36;
  CHECK_OK(cnn_net_set_parameter(net, TEXT("conv1/kernel"), kernel, 36));
  CHECK(memcmp(tensor(net, "parameter", "conv1/kernel").data, kernel, sizeof kernel) == 0);
  CHECK_FAILED(cnn_net_set_parameter(net, TEXT("conv1/kernel"), kernel, 35), "shape_mismatch");
  CHECK_FAILED(cnn_net_set_parameter(net, TEXT("conv9/kernel"), kernel, 36), "not_found");
  CHECK_FAILED(cnn_net_set_parameter(net, TEXT("conv1/kernel"), NULL, 36), "invalid_value");
  kernel[3] = (float)NAN;
  CHECK_FAILED(cnn_net_set_parameter(net, TEXT("conv1/kernel"), kernel, 36), "invalid_value");
  CHECK_OK(cnn_net_initialize(net, 1));
  CHECK_OK(cnn_net_create(TEXT(DEFINITION), 1, &other));
  CHECK(memcmp(tensor(net, "parameter", "conv1/kernel").data, tensor(other, "parameter", "conv1/kernel").data,
               sizeof kernel) == 0);
  CHECK_OK(cnn_net_initialize(net, 2));
  CHECK(memcmp(tensor(net, "parameter", "conv1/kernel").data, tensor(other, "parameter", "conv1/kernel").data,
               sizeof kernel) != 0);
  CHECK_FAILED(cnn_net_initialize(NULL, 1), "invalid_value");
  cnn_net_destroy(other);
  cnn_net_destroy(net);
  cnn_net_destroy(NULL);
}

static void test_without_head(void) {
  static const char plain[] = "{\"layers\":[{\"type\":\"input\",\"shape\":[1,1,2]},{\"type\":\"dense\",\"units\":2}]}";
  const float image[2] = {1, 2};
  const uint8_t label = 0;
  double loss;
  cnn_net* net;
  start_phase("net without a head");
  CHECK_OK(cnn_net_create(TEXT(plain), 1, &net));
  CHECK_OK(cnn_net_forward(net, image, 2, 1));
  CHECK_FAILED(cnn_net_backward(net, &label, 1, &loss), "invalid_definition");
  cnn_net_destroy(net);
}

static void test_model_file(void) {
  cnn_net* net;
  cnn_net* loaded = NULL;
  cnn_bytes file;
  cnn_text text;
  uint8_t* copy;
  size_t size, i;
  start_phase("model file");
  CHECK_OK(cnn_net_create(TEXT(DEFINITION), 5, &net));
  CHECK_FAILED(cnn_net_save(net, TEXT("[1]"), &file), "invalid_definition");
  CHECK_FAILED(cnn_net_save(net, TEXT("{"), &file), "invalid_definition");
  CHECK_FAILED(cnn_net_save(NULL, TEXT("{}"), &file), "invalid_value");
  CHECK_OK(cnn_net_save(net, TEXT("{\"classes\":[\"a\",\"\xd0\xb1\",\"c\"]}"), &file));
  size = file.size;
  copy = malloc(size);
  memcpy(copy, file.data, size);

  CHECK_OK(cnn_net_load(copy, size, &loaded));
  CHECK(memcmp(tensor(net, "parameter", "dense1/kernel").data, tensor(loaded, "parameter", "dense1/kernel").data,
               tensor(net, "parameter", "dense1/kernel").size * sizeof(float)) == 0);
  CHECK_OK(cnn_net_info(loaded, &text));
  CHECK(contains(text, "\"record\":{\"classes\":[\"a\",\"\xd0\xb1\",\"c\"]}"));
  /* Without a record the one that came with it stays: the same file again. */
  CHECK_OK(cnn_net_save(loaded, NULL, 0, &file));
  CHECK(file.size == size && memcmp(file.data, copy, size) == 0);
  cnn_net_destroy(loaded);

  loaded = NULL;
  CHECK_FAILED(cnn_net_load(NULL, 100, &loaded), "invalid_value");
  CHECK_FAILED(cnn_net_load(copy, 0, &loaded), "bad_file");
  for (i = 0; i < size; i += 1 + size / 97) {
    CHECK_FAILED(cnn_net_load(copy, i, &loaded), "bad_file");
    copy[i] ^= 0x10;
    CHECK_FAILED(cnn_net_load(copy, size, &loaded), "bad_file");
    copy[i] ^= 0x10;
  }
  CHECK(loaded == NULL);
  free(copy);
  cnn_net_destroy(net);
}

int main(void) {
  test_library();
  test_summarize();
  test_rasterize();
  test_net();
  test_without_head();
  test_model_file();
  test_data_and_training();
  test_explain();
  printf("all phases passed\n");
  return 0;
}
