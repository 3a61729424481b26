/* Questions about a net, its picture and the data: cnn_net_explain. */

#include "tests/abi/check.h"

static cnn_net* make_net(void) {
  cnn_net* net = NULL;
  CHECK_OK(cnn_net_create(TEXT(DEFINITION), 1, &net));
  return net;
}

static void test_net_explain(void) {
  cnn_text text;
  cnn_floats values = {NULL, 0};
  float images[kPixels];
  cnn_net* net = make_net();
  start_phase("explain");
  CHECK_FAILED(cnn_net_explain(net, NULL, TEXT("{\"about\":\"statistics\"}"), &text, &values), "invalid_value");
  fill_images(images, kPixels);
  CHECK_OK(cnn_net_forward(net, images, kPixels, 1));

  CHECK_OK(cnn_net_explain(net, NULL, TEXT("{\"about\":\"statistics\",\"bins\":4}"), &text, &values));
  CHECK(contains(text, "\"conv1/kernel\"") && contains(text, "\"histogram\"") && contains(text, "\"dead\""));
  CHECK(values.size == 0);

  /* 9 taps and the bias; the value of the first tap is the pixel at the window's corner. */
  CHECK_OK(cnn_net_explain(net, NULL, TEXT("{\"about\":\"position\",\"node\":\"conv1\",\"row\":2,\"column\":3,\"channel\":1}"),
                           &text, &values));
  CHECK(contains(text, "\"kind\":\"products\"") && contains(text, "\"name\":\"weight\""));
  CHECK(values.size == 9 * 10);
  CHECK(values.data[4 * 10] == images[2 * 8 + 3]);

  CHECK_FAILED(cnn_net_explain(net, NULL, TEXT("{\"about\":\"position\",\"node\":\"conv9\"}"), &text, &values), "not_found");
  CHECK_FAILED(cnn_net_explain(net, NULL, TEXT("{\"about\":\"position\",\"node\":\"conv1\",\"row\":6}"), &text, &values),
               "invalid_value");
  CHECK_FAILED(cnn_net_explain(net, NULL, TEXT("{\"about\":"), &text, &values), "invalid_definition");
  CHECK_FAILED(cnn_net_explain(net, NULL, NULL, 7, &text, &values), "invalid_value");
  CHECK_FAILED(cnn_net_explain(NULL, NULL, TEXT("{}"), &text, &values), "invalid_value");
  CHECK_FAILED(cnn_net_explain(net, NULL, TEXT("{}"), NULL, &values), "invalid_value");
  CHECK_FAILED(cnn_net_explain(net, NULL, TEXT("{}"), &text, NULL), "invalid_value");
  cnn_net_destroy(net);
}

static void test_step_explain(void) {
  cnn_text text;
  cnn_floats values = {NULL, 0};
  float images[kPixels * kBatch], before;
  uint8_t labels[kBatch] = {0, 1, 2, 0};
  cnn_net* net = make_net();
  cnn_trainer* trainer = NULL;
  cnn_dataset* data = NULL;
  uint8_t* idx = malloc(kIdxBytes);
  start_phase("explain a step");
  CHECK_OK(cnn_dataset_create(8, 8, 1, kClasses, kImages, &data));
  CHECK_OK(cnn_trainer_create(net, data, TEXT("{\"batch_size\":4}"), &trainer));
  CHECK_FAILED(cnn_trainer_explain(trainer, TEXT("{\"about\":\"batch\"}"), &text, &values), "not_found");
  make_idx(idx);
  CHECK_OK(cnn_dataset_append(data, idx, kIdxBytes));
  free(idx);
  before = tensor(net, "parameter", "conv1/kernel").data[0];
  CHECK_OK(cnn_trainer_explain(trainer, TEXT("{\"about\":\"batch\"}"), &text, &values));
  CHECK(contains(text, "\"labels\"") && values.size == kPixels * kBatch);
  CHECK_OK(cnn_trainer_explain(trainer, TEXT("{\"about\":\"update\",\"parameter\":\"conv1/kernel\"}"), &text, &values));
  CHECK(contains(text, "\"moments\":[{") && contains(text, "\"after\""));
  CHECK_OK(cnn_trainer_explain(trainer, TEXT("{\"about\":\"statistics\"}"), &text, &values));
  CHECK(contains(text, "\"ratio\""));
  CHECK(tensor(net, "parameter", "conv1/kernel").data[0] == before);
  CHECK_FAILED(cnn_trainer_explain(trainer, TEXT("{\"about\":\"ascent\"}"), &text, &values), "invalid_value");
  CHECK_FAILED(cnn_trainer_explain(NULL, TEXT("{}"), &text, &values), "invalid_value");

  /* About the data, without a picture of one's own. */
  CHECK_OK(cnn_net_explain(net, data, TEXT("{\"about\":\"top_patches\",\"node\":\"conv1\",\"count\":2}"), &text, &values));
  CHECK(contains(text, "\"patches\":[{") && contains(text, "\"next\":96"));
  fill_images(images, kPixels);
  CHECK_OK(cnn_net_forward(net, images, kPixels, 1));
  CHECK_FAILED(cnn_net_explain(net, NULL, TEXT("{\"about\":\"top_patches\",\"node\":\"conv1\"}"), &text, &values),
               "invalid_value");
  cnn_dataset_destroy(data);
  cnn_trainer_destroy(trainer);

  /* A trainer without data has no next step. */
  CHECK_OK(cnn_trainer_create(net, NULL, TEXT("{}"), &trainer));
  fill_images(images, kPixels * kBatch);
  CHECK_OK(cnn_trainer_step_on(trainer, images, kPixels * kBatch, labels, kBatch, &text));
  CHECK_FAILED(cnn_trainer_explain(trainer, TEXT("{\"about\":\"batch\"}"), &text, &values), "not_found");
  cnn_trainer_destroy(trainer);
  cnn_net_destroy(net);
}

void test_explain(void) {
  test_net_explain();
  test_step_explain();
}
