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
  CHECK_FAILED(cnn_net_explain(net, TEXT("{\"about\":\"statistics\"}"), &text, &values), "invalid_value");
  fill_images(images, kPixels);
  CHECK_OK(cnn_net_forward(net, images, kPixels, 1));

  CHECK_OK(cnn_net_explain(net, TEXT("{\"about\":\"statistics\",\"bins\":4}"), &text, &values));
  CHECK(contains(text, "\"conv1/kernel\"") && contains(text, "\"histogram\"") && contains(text, "\"dead\""));
  CHECK(values.size == 0);

  /* 9 taps and the bias; the value of the first tap is the pixel at the window's corner. */
  CHECK_OK(cnn_net_explain(net, TEXT("{\"about\":\"position\",\"node\":\"conv1\",\"row\":2,\"column\":3,\"channel\":1}"),
                           &text, &values));
  CHECK(contains(text, "\"kind\":\"products\"") && contains(text, "\"name\":\"weight\""));
  CHECK(values.size == 9 * 10);
  CHECK(values.data[4 * 10] == images[2 * 8 + 3]);

  CHECK_FAILED(cnn_net_explain(net, TEXT("{\"about\":\"position\",\"node\":\"conv9\"}"), &text, &values), "not_found");
  CHECK_FAILED(cnn_net_explain(net, TEXT("{\"about\":\"position\",\"node\":\"conv1\",\"row\":6}"), &text, &values),
               "invalid_value");
  CHECK_FAILED(cnn_net_explain(net, TEXT("{\"about\":"), &text, &values), "invalid_definition");
  CHECK_FAILED(cnn_net_explain(net, NULL, 7, &text, &values), "invalid_value");
  CHECK_FAILED(cnn_net_explain(NULL, TEXT("{}"), &text, &values), "invalid_value");
  CHECK_FAILED(cnn_net_explain(net, TEXT("{}"), NULL, &values), "invalid_value");
  CHECK_FAILED(cnn_net_explain(net, TEXT("{}"), &text, NULL), "invalid_value");
  cnn_net_destroy(net);
}

void test_explain(void) { test_net_explain(); }
