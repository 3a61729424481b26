/* Data sets, trainers and evaluations. */

#include "tests/abi/check.h"

static void put_u32(uint8_t** at, uint32_t value) {
  *(*at)++ = (uint8_t)(value >> 24);
  *(*at)++ = (uint8_t)(value >> 16);
  *(*at)++ = (uint8_t)(value >> 8);
  *(*at)++ = (uint8_t)value;
}

void make_idx(uint8_t* idx) {
  uint8_t* at = idx;
  uint32_t noise = 1;
  int i, p;
  put_u32(&at, 0x803);
  put_u32(&at, kImages);
  put_u32(&at, 8);
  put_u32(&at, 8);
  for (i = 0; i < kImages; ++i) {
    for (p = 0; p < kPixels; ++p) {
      noise = noise * 1664525u + 1013904223u;
      *at++ = (uint8_t)((p * kClasses / kPixels == i % kClasses ? 160 : 0) + (noise >> 26));
    }
  }
  put_u32(&at, 0x801);
  put_u32(&at, kImages);
  for (i = 0; i < kImages; ++i) *at++ = (uint8_t)(i % kClasses);
}

static cnn_dataset* make_data(size_t expected) {
  cnn_dataset* data;
  uint8_t* idx = malloc(kIdxBytes);
  make_idx(idx);
  CHECK_OK(cnn_dataset_create(8, 8, 1, kClasses, expected, &data));
  CHECK_OK(cnn_dataset_append(data, idx, kIdxBytes));
  free(idx);
  return data;
}

static void test_dataset(void) {
  cnn_dataset* data = NULL;
  uint8_t* idx = malloc(kIdxBytes);
  cnn_bytes image;
  int label = -1;
  start_phase("data set");
  make_idx(idx);
  CHECK_FAILED(cnn_dataset_create(0, 8, 1, 3, 0, &data), "invalid_value");
  CHECK_FAILED(cnn_dataset_create(8, 8, -1, 3, 0, &data), "invalid_value");
  CHECK_FAILED(cnn_dataset_create(16384, 16384, 16384, 3, 0, &data), "invalid_value");
  CHECK_FAILED(cnn_dataset_create(8, 8, 1, 0, 0, &data), "invalid_value");
  CHECK_FAILED(cnn_dataset_create(8, 8, 1, 257, 0, &data), "invalid_value");
  CHECK_FAILED(cnn_dataset_create(8, 8, 1, 3, 0, NULL), "invalid_value");
  CHECK(data == NULL);
  CHECK_OK(cnn_dataset_create(8, 8, 1, kClasses, 2 * kImages, &data));
  CHECK(cnn_dataset_count(data) == 0);
  CHECK(cnn_dataset_count(NULL) == 0);

  CHECK_FAILED(cnn_dataset_append(data, idx, kIdxBytes - 1), "bad_file");
  CHECK_FAILED(cnn_dataset_append(data, idx, 0), "bad_file");
  CHECK_FAILED(cnn_dataset_append(data, idx, 11), "bad_file");
  CHECK_FAILED(cnn_dataset_append(data, NULL, 11), "invalid_value");
  CHECK_FAILED(cnn_dataset_append(NULL, idx, kIdxBytes), "invalid_value");
  idx[4] = 0xff; /* 4 278 190 176 images */
  CHECK_FAILED(cnn_dataset_append(data, idx, kIdxBytes), "bad_file");
  idx[4] = 0;
  idx[kIdxBytes - 1] = kClasses;
  CHECK(cnn_dataset_append(data, idx, kIdxBytes) == CNN_FAILED);
  idx[kIdxBytes - 1] = (kImages - 1) % kClasses;
  CHECK(cnn_dataset_count(data) == 0);

  CHECK_OK(cnn_dataset_append(data, idx, kIdxBytes));
  CHECK_OK(cnn_dataset_append(data, idx, kIdxBytes));
  CHECK(cnn_dataset_count(data) == 2 * kImages);
  CHECK_OK(cnn_dataset_image(data, kImages + 4, &image, &label));
  CHECK(image.size == kPixels && label == 1);
  CHECK(memcmp(image.data, idx + 16 + 4 * kPixels, kPixels) == 0);
  CHECK_FAILED(cnn_dataset_image(data, 2 * kImages, &image, &label), "not_found");
  CHECK_FAILED(cnn_dataset_image(NULL, 0, &image, &label), "invalid_value");
  CHECK_FAILED(cnn_dataset_image(data, 0, NULL, &label), "invalid_value");
  CHECK_FAILED(cnn_dataset_image(data, 0, &image, NULL), "invalid_value");
  cnn_dataset_destroy(data);
  cnn_dataset_destroy(NULL);
  free(idx);
}

/* Evaluates in slices and gives the last report; the caller reads it before the evaluation goes. */
static double accuracy_of(cnn_net* net, cnn_dataset* data) {
  cnn_evaluation* evaluation;
  cnn_text text = {"", 0};
  const char* found;
  char copy[2048];
  int slices = 0;
  CHECK_OK(cnn_evaluation_create(net, data, 0, &evaluation));
  do {
    CHECK_OK(cnn_evaluation_step(evaluation, 40, &text));
    CHECK(++slices < 10);
  } while (!contains(text, "\"done\":true"));
  CHECK(text.size < sizeof copy);
  memcpy(copy, text.data, text.size);
  copy[text.size] = 0;
  found = strstr(copy, "\"accuracy\":");
  CHECK(found != NULL && strstr(copy, "\"confusion\":[[") != NULL);
  cnn_evaluation_destroy(evaluation);
  return atof(found + 11);
}

static void train(cnn_trainer* trainer, int steps) {
  cnn_text text;
  while (steps-- > 0) {
    CHECK_OK(cnn_trainer_step(trainer, &text));
    CHECK(contains(text, "\"state\":\"trained\""));
  }
}

static const char options[] = "{\"optimizer\":\"adam\",\"learning_rate\":0.01,\"batch_size\":16,\"seed\":3}";

static void test_training(void) {
  cnn_net* net;
  cnn_net* twin = NULL;
  cnn_dataset* data = make_data(kImages);
  cnn_trainer* trainer = NULL;
  cnn_trainer* other = NULL;
  cnn_text text;
  cnn_bytes bytes;
  uint8_t* state;
  size_t state_size;
  float images[2 * kPixels];
  const uint8_t labels[2] = {0, 9};

  start_phase("training");
  CHECK_OK(cnn_net_create(TEXT(DEFINITION), 1, &net));
  CHECK_FAILED(cnn_trainer_create(NULL, data, TEXT(options), &trainer), "invalid_value");
  CHECK_FAILED(cnn_trainer_create(net, data, TEXT(options), NULL), "invalid_value");
  CHECK_FAILED(cnn_trainer_create(net, data, TEXT("{\"learning_rat\":1}"), &trainer), "invalid_definition");
  CHECK_FAILED(cnn_trainer_create(net, data, TEXT("{\"learning_rate\":-1}"), &trainer), "invalid_value");
  CHECK_FAILED(cnn_trainer_create(net, data, TEXT("{\"batch_size\":0}"), &trainer), "invalid_value");
  CHECK_FAILED(cnn_trainer_create(net, data, TEXT("nan"), &trainer), "invalid_definition");
  CHECK(trainer == NULL);
  CHECK_OK(cnn_trainer_create(net, data, TEXT(options), &trainer));
  train(trainer, 60);
  CHECK(accuracy_of(net, data) > 0.95);

  start_phase("training: configure");
  CHECK_OK(cnn_trainer_configure(trainer, TEXT("{\"learning_rate\":0.005}")));
  CHECK_OK(cnn_trainer_step(trainer, &text));
  CHECK(contains(text, "\"learning_rate\":0.005") && contains(text, "\"step\":61"));
  CHECK_FAILED(cnn_trainer_configure(trainer, TEXT("{\"learning_rate\":null}")), "invalid_value");
  CHECK_FAILED(cnn_trainer_configure(trainer, TEXT("{\"learning_rate\":0.1,\"batch_size\":-1}")), "invalid_value");
  CHECK_OK(cnn_trainer_step(trainer, &text));
  CHECK(contains(text, "\"learning_rate\":0.005"));
  CHECK_FAILED(cnn_trainer_configure(NULL, TEXT("{}")), "invalid_value");
  CHECK_FAILED(cnn_trainer_step(NULL, &text), "invalid_value");
  CHECK_FAILED(cnn_trainer_step(trainer, NULL), "invalid_value");

  start_phase("training: checkpoint");
  CHECK_OK(cnn_trainer_checkpoint(trainer, &bytes));
  state_size = bytes.size;
  state = malloc(state_size);
  memcpy(state, bytes.data, state_size);
  CHECK_OK(cnn_net_save(net, NULL, 0, &bytes));
  CHECK_OK(cnn_net_load(bytes.data, bytes.size, &twin));
  CHECK_OK(cnn_trainer_create(twin, data, TEXT(options), &other));
  CHECK_FAILED(cnn_trainer_restore(other, state, state_size - 1), "bad_file");
  CHECK_FAILED(cnn_trainer_restore(other, NULL, state_size), "invalid_value");
  CHECK_FAILED(cnn_trainer_restore(NULL, state, state_size), "invalid_value");
  CHECK_FAILED(cnn_trainer_checkpoint(NULL, &bytes), "invalid_value");
  CHECK_OK(cnn_trainer_restore(other, state, state_size));
  train(trainer, 20);
  train(other, 20);
  CHECK(memcmp(tensor(net, "parameter", "dense1/kernel").data, tensor(twin, "parameter", "dense1/kernel").data,
               tensor(net, "parameter", "dense1/kernel").size * sizeof(float)) == 0);
  free(state);
  cnn_trainer_destroy(other);
  cnn_net_destroy(twin);

  start_phase("training: a batch of the caller");
  fill_images(images, 2 * kPixels);
  CHECK_FAILED(cnn_trainer_step_on(trainer, images, 2 * kPixels - 1, labels, 2, &text), "shape_mismatch");
  CHECK_FAILED(cnn_trainer_step_on(trainer, images, 2 * kPixels, NULL, 2, &text), "invalid_value");
  CHECK_FAILED(cnn_trainer_step_on(trainer, images, 0, labels, 0, &text), "invalid_value");
  CHECK_FAILED(cnn_trainer_step_on(trainer, images, 2 * kPixels, labels, 2, &text), "invalid_value");
  CHECK_OK(cnn_trainer_step_on(trainer, images, kPixels, labels, 1, &text));
  CHECK(contains(text, "\"state\":\"trained\""));

  start_phase("training: evaluation");
  CHECK(accuracy_of(net, data) > 0.9);
  {
    cnn_evaluation* evaluation = NULL;
    CHECK_FAILED(cnn_evaluation_create(net, NULL, 0, &evaluation), "invalid_value");
    CHECK_FAILED(cnn_evaluation_create(NULL, data, 0, &evaluation), "invalid_value");
    CHECK_FAILED(cnn_evaluation_create(net, data, 0, NULL), "invalid_value");
    CHECK_FAILED(cnn_evaluation_step(NULL, 1, &text), "invalid_value");
    CHECK_OK(cnn_evaluation_create(net, data, 10, &evaluation));
    CHECK_OK(cnn_evaluation_step(evaluation, 1000, &text));
    CHECK(contains(text, "\"done\":true") && contains(text, "\"total\":10"));
    {
      cnn_bytes classes;
      cnn_floats losses;
      CHECK_OK(cnn_evaluation_answers(evaluation, &classes, &losses));
      CHECK(classes.size == 10 && losses.size == 10);
      CHECK(losses.data[0] >= 0);
      CHECK_FAILED(cnn_evaluation_answers(evaluation, NULL, &losses), "invalid_value");
      CHECK_FAILED(cnn_evaluation_answers(NULL, &classes, &losses), "invalid_value");
    }
    cnn_evaluation_destroy(evaluation);
    cnn_evaluation_destroy(NULL);
  }

  start_phase("training: the order of destruction");
  cnn_net_destroy(net);
  cnn_dataset_destroy(data);
  train(trainer, 3);
  cnn_trainer_destroy(trainer);
  cnn_trainer_destroy(NULL);
}

static void test_batch_and_held_out(void) {
  cnn_net* net;
  cnn_dataset* data = make_data(kImages);
  cnn_trainer* trainer;
  cnn_trainer* without;
  cnn_evaluation* evaluation = NULL;
  cnn_text text;
  cnn_floats images = {NULL, 0};
  cnn_bytes labels = {NULL, 0};
  cnn_bytes picture;
  int i, label, stop = -1;

  start_phase("training: the batch as the net received it");
  CHECK_OK(cnn_net_create(TEXT(DEFINITION), 1, &net));
  CHECK_OK(cnn_trainer_create(net, data, TEXT("{\"batch_size\":16,\"validation\":0.25,\"patience\":1}"), &trainer));
  CHECK_OK(cnn_trainer_batch(trainer, &images, &labels));
  CHECK(images.size == 0 && labels.size == 0);
  train(trainer, 1);
  CHECK_OK(cnn_trainer_batch(trainer, &images, &labels));
  CHECK(images.size == 16 * kPixels && labels.size == 16);
  for (i = 0; i < kImages; ++i) { /* one of the set's pictures, as shares of white */
    size_t p = 0;
    CHECK_OK(cnn_dataset_image(data, (size_t)i, &picture, &label));
    while (p < kPixels && fabs(images.data[p] * 255 - picture.data[p]) < 1e-3) ++p;
    if (p == kPixels) break;
  }
  CHECK(i < kImages && labels.data[0] == label);
  CHECK_OK(cnn_trainer_configure(trainer, TEXT("{\"augment\":{\"cutout\":8}}")));
  train(trainer, 1);
  CHECK_OK(cnn_trainer_batch(trainer, &images, &labels));
  for (i = 0; i < 16 * kPixels && images.data[i] != 0; ++i) {
  }
  CHECK(i < 16 * kPixels);
  CHECK_FAILED(cnn_trainer_batch(NULL, &images, &labels), "invalid_value");
  CHECK_FAILED(cnn_trainer_batch(trainer, NULL, &labels), "invalid_value");
  CHECK_FAILED(cnn_trainer_batch(trainer, &images, NULL), "invalid_value");

  start_phase("training: held-out images and early stopping");
  CHECK_OK(cnn_evaluation_create_held_out(trainer, 0, &evaluation));
  CHECK_OK(cnn_evaluation_step(evaluation, 1000, &text));
  CHECK(contains(text, "\"done\":true") && contains(text, "\"total\":24"));
  cnn_evaluation_destroy(evaluation);
  CHECK_OK(cnn_evaluation_create_held_out(trainer, 5, &evaluation));
  CHECK_OK(cnn_evaluation_step(evaluation, 1000, &text));
  CHECK(contains(text, "\"total\":5"));
  cnn_evaluation_destroy(evaluation);
  CHECK_FAILED(cnn_evaluation_create_held_out(NULL, 0, &evaluation), "invalid_value");
  CHECK_FAILED(cnn_evaluation_create_held_out(trainer, 0, NULL), "invalid_value");
  CHECK_OK(cnn_trainer_create(net, NULL, TEXT("{}"), &without));
  CHECK_FAILED(cnn_evaluation_create_held_out(without, 0, &evaluation), "invalid_value");
  cnn_trainer_destroy(without);
  CHECK_OK(cnn_trainer_should_stop(trainer, 1.0, &stop));
  CHECK(stop == 0);
  CHECK_OK(cnn_trainer_should_stop(trainer, 1.0, &stop));
  CHECK(stop == 1);
  CHECK_FAILED(cnn_trainer_should_stop(NULL, 1.0, &stop), "invalid_value");
  CHECK_FAILED(cnn_trainer_should_stop(trainer, 1.0, NULL), "invalid_value");
  CHECK_FAILED(cnn_trainer_configure(trainer, TEXT("{\"freeze\":\"nobody\"}")), "invalid_value");
  cnn_trainer_destroy(trainer);
  cnn_dataset_destroy(data);
  cnn_net_destroy(net);
}

static void test_shares(void) {
  cnn_net* net;
  cnn_net* copy;
  cnn_dataset* data = make_data(kImages);
  cnn_trainer* trainer;
  cnn_trainer* replica;
  cnn_text text;
  cnn_floats images, parameters, gradients;
  cnn_bytes labels;
  size_t late;
  int step, settled;

  start_phase("shares");
  CHECK_OK(cnn_net_create(TEXT(DEFINITION), 1, &net));
  CHECK_OK(cnn_net_create(TEXT(DEFINITION), 2, &copy));
  CHECK_OK(cnn_trainer_create(net, data, TEXT(options), &trainer));
  CHECK_OK(cnn_trainer_create(copy, NULL, TEXT(options), &replica));
  CHECK_FAILED(cnn_trainer_finish(trainer, &text), "invalid_value");
  CHECK_FAILED(cnn_trainer_compute(trainer, 0, 1), "invalid_value");
  CHECK_FAILED(cnn_trainer_settle(trainer, &settled), "invalid_value");
  CHECK_FAILED(cnn_trainer_add_loss(trainer, 1, 0, 0), "invalid_value");
  CHECK_FAILED(cnn_trainer_begin_on(trainer, NULL, 0, NULL, 0, &text), "invalid_value");
  CHECK_FAILED(cnn_trainer_draw_ahead(NULL), "invalid_value");
  late = cnn_trainer_late_from(trainer);
  CHECK(late == cnn_trainer_late_from(replica) && cnn_trainer_late_from(NULL) == 0);
  for (step = 0; step < 60; ++step) {
    CHECK_OK(cnn_trainer_begin(trainer, &text));
    CHECK(contains(text, "\"state\":\"trained\""));
    CHECK_OK(cnn_trainer_batch(trainer, &images, &labels));
    CHECK(labels.size > 4 && images.size == labels.size * kPixels);
    parameters = tensor(net, "parameter", "");
    CHECK_OK(cnn_net_set_parameter(copy, TEXT(""), parameters.data, parameters.size));
    CHECK_OK(cnn_trainer_share(replica, images.data + 4 * kPixels, images.size - 4 * kPixels, labels.data + 4, labels.size - 4,
                               (double)(labels.size - 4) / (double)labels.size, (uint64_t)step, &gradients, &text));
    CHECK(contains(text, "\"loss\":") && contains(text, "\"correct\":"));
    CHECK(gradients.size == parameters.size - late);
    CHECK_FAILED(cnn_trainer_add(trainer, gradients.data, gradients.size, late + 1), "shape_mismatch");
    CHECK_FAILED(cnn_trainer_add(trainer, NULL, gradients.size, late), "invalid_value");
    CHECK_FAILED(cnn_trainer_step(trainer, &text), "invalid_value");
    CHECK_OK(cnn_trainer_compute(trainer, 0, 4));
    CHECK_OK(cnn_trainer_add(trainer, gradients.data, gradients.size, late));
    CHECK_OK(cnn_trainer_add_loss(trainer, (int)labels.size - 4, 0.5, 1));
    CHECK_OK(cnn_trainer_draw_ahead(trainer));
    CHECK_OK(cnn_trainer_settle(trainer, &settled));
    CHECK(settled == 1);
    CHECK_OK(cnn_trainer_share_rest(replica, &gradients));
    CHECK(gradients.size == late);
    CHECK_OK(cnn_trainer_add(trainer, gradients.data, gradients.size, 0));
    CHECK_OK(cnn_trainer_finish(trainer, &text));
    CHECK(contains(text, "\"state\":\"trained\""));
  }
  CHECK(accuracy_of(net, data) > 0.95);
  CHECK_FAILED(cnn_net_set_parameter(copy, TEXT(""), parameters.data, parameters.size - 1), "shape_mismatch");
  CHECK_FAILED(cnn_trainer_share(replica, images.data, kPixels, labels.data, 1, 0, 1, &gradients, &text), "invalid_value");
  CHECK_FAILED(cnn_trainer_share(replica, images.data, kPixels, labels.data, 2, 1, 1, &gradients, &text), "shape_mismatch");
  CHECK_FAILED(cnn_trainer_begin(replica, &text), "invalid_value");
  CHECK_FAILED(cnn_trainer_begin(NULL, &text), "invalid_value");
  CHECK_OK(cnn_trainer_batch(trainer, &images, &labels));
  CHECK_OK(cnn_trainer_begin_on(replica, images.data, images.size, labels.data, labels.size, &text));
  CHECK_OK(cnn_trainer_compute(replica, 0, (int)labels.size));
  CHECK_OK(cnn_trainer_finish(replica, &text));
  CHECK(contains(text, "\"step\":1,"));
  cnn_trainer_destroy(replica);
  cnn_trainer_destroy(trainer);
  cnn_dataset_destroy(data);
  cnn_net_destroy(copy);
  cnn_net_destroy(net);
}

static void test_waiting_and_divergence(void) {
  cnn_net* net;
  cnn_dataset* data = make_data(2 * kImages);
  cnn_dataset* large;
  cnn_trainer* trainer = NULL;
  cnn_text text;
  cnn_floats kernel;
  uint8_t* idx = malloc(kIdxBytes);
  size_t i;
  int steps;

  start_phase("training: waiting for images");
  CHECK_OK(cnn_net_create(TEXT(DEFINITION), 1, &net));
  CHECK_OK(cnn_trainer_create(net, data, TEXT(options), &trainer));
  train(trainer, kImages / 16);
  CHECK_OK(cnn_trainer_step(trainer, &text));
  CHECK(contains(text, "\"state\":\"waiting\"") && contains(text, "\"step\":6"));
  make_idx(idx);
  CHECK_OK(cnn_dataset_append(data, idx, kIdxBytes));
  train(trainer, 1);

  start_phase("training: a learning rate that explodes");
  CHECK_OK(cnn_trainer_configure(trainer, TEXT("{\"optimizer\":\"sgd\",\"learning_rate\":1000}")));
  for (steps = 0; steps < 500; ++steps) {
    CHECK_OK(cnn_trainer_step(trainer, &text));
    if (contains(text, "\"state\":\"diverged\"")) break;
  }
  if (contains(text, "\"state\":\"diverged\"")) CHECK(contains(text, "\"message\""));
  CHECK(!contains(text, "nan") && !contains(text, "inf\""));
  kernel = tensor(net, "parameter", "conv1/kernel");
  for (i = 0; i < kernel.size; ++i) CHECK(isfinite(kernel.data[i]));
  cnn_trainer_destroy(trainer);

  start_phase("training: a data set that does not fit");
  trainer = NULL;
  CHECK_OK(cnn_dataset_create(9, 9, 1, 3, 0, &large));
  CHECK_FAILED(cnn_trainer_create(net, large, TEXT(options), &trainer), "shape_mismatch");
  cnn_dataset_destroy(large);

  start_phase("training: without a data set");
  CHECK_OK(cnn_trainer_create(net, NULL, TEXT("{}"), &trainer));
  CHECK_FAILED(cnn_trainer_step(trainer, &text), "invalid_value");
  cnn_trainer_destroy(trainer);

  cnn_dataset_destroy(data);
  cnn_net_destroy(net);
  free(idx);
}

/* Pictures that are changed elsewhere before their step comes. */
static void test_ahead(void) {
  static const char options[] = "{\"batch_size\":4,\"augment\":{\"shift\":1}}";
  cnn_dataset* data = make_data(4 * kImages);
  uint8_t* idx = malloc(kIdxBytes);
  cnn_net* net;
  cnn_trainer* trainer;
  cnn_bytes order, changed;
  size_t i, others = 0;
  int part;

  start_phase("pictures changed ahead");
  make_idx(idx);
  for (part = 1; part < 4; ++part) CHECK_OK(cnn_dataset_append(data, idx, kIdxBytes));
  CHECK_OK(cnn_net_create(TEXT(DEFINITION), 1, &net));
  CHECK_OK(cnn_trainer_create(net, data, TEXT(options), &trainer));
  CHECK_FAILED(cnn_trainer_order(NULL, &order), "invalid_value");
  CHECK_FAILED(cnn_trainer_order(trainer, NULL), "invalid_value");
  CHECK_OK(cnn_trainer_order(trainer, &order));
  CHECK(order.size > 4 * kImages * kPixels);
  CHECK_OK(cnn_fulfil(order.data, order.size, &changed));
  CHECK(changed.size == order.size);
  for (i = 0; i < order.size; ++i) others += order.data[i] != changed.data[i];
  CHECK(others > order.size / 2);
  CHECK_OK(cnn_trainer_take(trainer, changed.data, changed.size));
  CHECK_FAILED(cnn_fulfil(order.data, order.size - 1, &changed), "bad_file");
  CHECK_FAILED(cnn_fulfil(NULL, 10, &changed), "invalid_value");
  CHECK_FAILED(cnn_fulfil(order.data, order.size, NULL), "invalid_value");
  CHECK_FAILED(cnn_trainer_take(trainer, idx, kIdxBytes), "bad_file");
  CHECK_FAILED(cnn_trainer_take(NULL, changed.data, changed.size), "invalid_value");
  CHECK_OK(cnn_trainer_order(trainer, &order));
  CHECK(order.size == 0);
  cnn_trainer_destroy(trainer);
  cnn_net_destroy(net);
  cnn_dataset_destroy(data);
  free(idx);
}

void test_data_and_training(void) {
  test_dataset();
  test_training();
  test_batch_and_held_out();
  test_shares();
  test_ahead();
  test_waiting_and_divergence();
}
