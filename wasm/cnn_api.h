#ifndef CNN_API_H
#define CNN_API_H

/* The engine for any language: plain C, opaque handles. Conventions:
 *
 *  1. cnn_<noun>_<verb>. What _create, _load makes, _destroy ends; destroying null is allowed.
 *  2. Every call returns CNN_OK or CNN_FAILED and never throws; after CNN_FAILED cnn_last_error() says why. A call that
 *     failed has changed nothing, and its out parameters are as they were.
 *  3. Structure crosses as JSON text (UTF-8, pointer and length, no terminator needed), bulk as (pointer, count). JSON
 *     handed out holds no NaN or infinity: null stands in their place.
 *  4. Text and bytes handed out belong to the handle they came from (or to the library, for calls without a handle) and
 *     stay until the next call that hands out text or bytes from the same owner.
 *  5. Pointers to floats handed out by cnn_net_tensor stay until the net runs again or is destroyed. WebAssembly
 *     callers must make their views anew after every call: the heap may have moved.
 *  6. Input pointers are read during the call only. No handle may be used from two threads at once.
 *  7. Images are [N, H, W, C] bytes (0…255, as in the data sets) or floats (as the net reads them, after
 *     preprocessing); labels are bytes. Counts are of single values and are checked.
 *  8. Trainers and evaluations share net and data with the handles they were made from: a forward pass between two
 *     steps sees the weights of now, and the order of destruction does not matter.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CNN_EXTERN extern "C"
#define CNN_NOEXCEPT noexcept
#else
#define CNN_EXTERN
#define CNN_NOEXCEPT
#endif

#ifdef __wasm__
#define CNN_API(name) CNN_EXTERN __attribute__((export_name(#name), used))
#else
#define CNN_API(name) CNN_EXTERN
#endif

#ifdef __cplusplus
extern "C" {
#endif
typedef struct cnn_net cnn_net;
typedef struct cnn_dataset cnn_dataset;
typedef struct cnn_trainer cnn_trainer;
typedef struct cnn_evaluation cnn_evaluation;
typedef enum cnn_status { CNN_OK = 0, CNN_FAILED = 1 } cnn_status;
typedef struct cnn_text { const char* data; size_t size; } cnn_text;       /* JSON or other UTF-8 */
typedef struct cnn_bytes { const uint8_t* data; size_t size; } cnn_bytes;
typedef struct cnn_floats { const float* data; size_t size; } cnn_floats;
#ifdef __cplusplus
}
#endif

/* ---- library ---------------------------------------------------------------------------------------------------- */

/* {"code", "message", "subject", "path", "text"} of the last failure; `text` is the whole sentence. */
CNN_API(cnn_last_error) void cnn_last_error(cnn_text* out) CNN_NOEXCEPT;

/* The catalogue: version, layers with their fields, trainer, augmentation and drawing fields, error codes; and "build":
 * "simd128", "relaxed" or "native". */
CNN_API(cnn_describe) cnn_status cnn_describe(cnn_text* out) CNN_NOEXCEPT;

/* Memory for arguments. Null when there is none left. */
CNN_API(cnn_alloc) void* cnn_alloc(size_t bytes) CNN_NOEXCEPT;
CNN_API(cnn_free) void cnn_free(void* memory) CNN_NOEXCEPT;

/* Table of a definition without allocating a net: layers, shapes, parameters, MACs, receptive fields, memory. */
CNN_API(cnn_summarize) cnn_status cnn_summarize(const char* definition, size_t size, cnn_text* out) CNN_NOEXCEPT;

/* Drawing: {"strokes": [[[x, y], …], …], "pad"?, "pen"?, "size"?, "box"?} → the stages on the way to the net's picture,
 * {"stages": [{"name": "ink" | "box" | "image", "h", "w", "offset"}, …]}; each stage's pixels, in 0…1, begin at its
 * offset in `pixels`, which belong to the same owner as the text. */
CNN_API(cnn_rasterize)
cnn_status cnn_rasterize(const char* drawing, size_t size, cnn_text* out, cnn_floats* pixels) CNN_NOEXCEPT;

/* ---- nets ------------------------------------------------------------------------------------------------------- */

CNN_API(cnn_net_create)
cnn_status cnn_net_create(const char* definition, size_t size, uint64_t seed, cnn_net** out) CNN_NOEXCEPT;
CNN_API(cnn_net_load) cnn_status cnn_net_load(const uint8_t* bytes, size_t size, cnn_net** out) CNN_NOEXCEPT;
CNN_API(cnn_net_destroy) void cnn_net_destroy(cnn_net* net) CNN_NOEXCEPT;

/* Model file of the net; `record` is a JSON object stored with it (training record, class names). Without one (size 0)
 * the file keeps the record that the net was loaded with. */
CNN_API(cnn_net_save)
cnn_status cnn_net_save(cnn_net* net, const char* record, size_t size, cnn_bytes* out) CNN_NOEXCEPT;

/* {"definition" as written, "record" as loaded (else {}), "summary" as of cnn_summarize}. */
CNN_API(cnn_net_info) cnn_status cnn_net_info(cnn_net* net, cnn_text* out) CNN_NOEXCEPT;

/* Draws all parameters anew. */
CNN_API(cnn_net_initialize) cnn_status cnn_net_initialize(cnn_net* net, uint64_t seed) CNN_NOEXCEPT;

/* The net's answers to `batch` preprocessed images, [batch, outputs], and nothing else: quicker than cnn_net_forward, whose
 * activations stay as they are. Valid until the next prediction. */
CNN_API(cnn_net_predict)
cnn_status cnn_net_predict(cnn_net* net, const float* images, size_t count, int batch, cnn_floats* out) CNN_NOEXCEPT;

/* Forward pass in inference mode over `batch` preprocessed images, keeping every activation for cnn_net_tensor. */
CNN_API(cnn_net_forward)
cnn_status cnn_net_forward(cnn_net* net, const float* images, size_t count, int batch) CNN_NOEXCEPT;
/* The same from bytes: the net's own preprocessing is applied to pictures of h × w pixels. h = w = 0: as large as the
 * net's input, or, when it cuts the middle out of them, square. */
CNN_API(cnn_net_forward_bytes)
cnn_status cnn_net_forward_bytes(cnn_net* net, const uint8_t* images, size_t count, int batch, int h,
                                 int w) CNN_NOEXCEPT;
/* Rasterises the drawing (as cnn_rasterize), preprocesses and runs it as a batch of one. Where the drawing names no
 * size, box or pen, they are those of MNIST scaled to the picture that the net wants. `out` and `pixels` as of
 * cnn_rasterize. */
CNN_API(cnn_net_forward_drawing)
cnn_status cnn_net_forward_drawing(cnn_net* net, const char* drawing, size_t size, cnn_text* out,
                                   cnn_floats* pixels) CNN_NOEXCEPT;
/* After a forward pass: gradients of the loss for these labels, one an image, down to the input, kept for
 * cnn_net_tensor. Parameter gradients are those of this pass alone. */
CNN_API(cnn_net_backward)
cnn_status cnn_net_backward(cnn_net* net, const uint8_t* labels, size_t count, double* loss) CNN_NOEXCEPT;

/* A tensor by address: kind is "activation", "gradient" (of the last pass, per node) or "parameter",
 * "parameter_gradient" (node and parameter, as "conv1/kernel"). The address "" is all parameters as they lie in memory,
 * zeros between them, taken as they are: so they go to a replica. */
CNN_API(cnn_net_tensor)
cnn_status cnn_net_tensor(cnn_net* net, const char* kind, size_t kind_size, const char* address,
                          size_t address_size, cnn_floats* out) CNN_NOEXCEPT;
CNN_API(cnn_net_set_parameter)
cnn_status cnn_net_set_parameter(cnn_net* net, const char* address, size_t address_size, const float* values,
                                 size_t count) CNN_NOEXCEPT;

/* Answers a question about the (first) image of the last forward pass, with the weights of now: `query` and the answer are
 * JSON, see js/explain-types.js. "arrays" lists {"name", "shape", "offset"} of the arrays in `values`, which belong to the
 * same owner as the text. `data` may be null unless the question is about a data set. */
CNN_API(cnn_net_explain)
cnn_status cnn_net_explain(cnn_net* net, cnn_dataset* data, const char* query, size_t size, cnn_text* out,
                           cnn_floats* values) CNN_NOEXCEPT;

/* ---- data sets -------------------------------------------------------------------------------------------------- */

/* An empty set that will grow to `expected` images (0: unknown). Its length for training is the expected one. */
CNN_API(cnn_dataset_create)
cnn_status cnn_dataset_create(int h, int w, int c, int classes, size_t expected, cnn_dataset** out) CNN_NOEXCEPT;
CNN_API(cnn_dataset_destroy) void cnn_dataset_destroy(cnn_dataset* data) CNN_NOEXCEPT;
/* An idx image file followed at once by the idx label file of the same images. */
CNN_API(cnn_dataset_append)
cnn_status cnn_dataset_append(cnn_dataset* data, const uint8_t* idx, size_t size) CNN_NOEXCEPT;
CNN_API(cnn_dataset_count) size_t cnn_dataset_count(const cnn_dataset* data) CNN_NOEXCEPT;
/* The bytes of image `index` and its label. */
CNN_API(cnn_dataset_image)
cnn_status cnn_dataset_image(cnn_dataset* data, size_t index, cnn_bytes* image, int* label) CNN_NOEXCEPT;

/* ---- training --------------------------------------------------------------------------------------------------- */

/* `options`: JSON of the trainer fields (see cnn_describe). `data` may be null if only _step_on is used. */
CNN_API(cnn_trainer_create)
cnn_status cnn_trainer_create(cnn_net* net, cnn_dataset* data, const char* options, size_t size,
                              cnn_trainer** out) CNN_NOEXCEPT;
CNN_API(cnn_trainer_destroy) void cnn_trainer_destroy(cnn_trainer* trainer) CNN_NOEXCEPT;
/* Changes options between steps; those not named keep their values. */
CNN_API(cnn_trainer_configure)
cnn_status cnn_trainer_configure(cnn_trainer* trainer, const char* options, size_t size) CNN_NOEXCEPT;
/* One step: next batch, forward, backward, update. JSON {"state": "trained" | "waiting" | "diverged", "step", "epoch",
 * "epoch_end", "images", "loss", "accuracy", "learning_rate" of this step by the schedule}. "waiting": the images of this
 * step have not been appended yet; nothing was done. "diverged": the loss passed 100000 or left the finite numbers; "message"
 * says what to try, and the weights are the last good ones, those after "kept_step" steps. */
CNN_API(cnn_trainer_step) cnn_status cnn_trainer_step(cnn_trainer* trainer, cnn_text* out) CNN_NOEXCEPT;
/* The same on a batch given by the caller (preprocessed floats, one label an image). */
CNN_API(cnn_trainer_step_on)
cnn_status cnn_trainer_step_on(cnn_trainer* trainer, const float* images, size_t count, const uint8_t* labels,
                               size_t batch, cnn_text* out) CNN_NOEXCEPT;
/* A step in shares: _step is _begin (JSON as of _step; the batch is there for cnn_trainer_batch; "trained" as state: go on),
 * _compute of the whole batch, _finish (JSON as of _step). In between the gradients of each image come in once: by _compute
 * of `images` of the batch from `first` on, or by _add from a replica, in the same order each time for results that are equal
 * to the bit. Nothing else may be asked of the trainer meanwhile. The late parameters are those from an offset on whose
 * gradients a replica has first; once they and all losses are in, _settle learns from them (1; 0: that is left to _finish).
 * _draw_ahead draws the batch of the next step while replicas work. _begin_on is _begin on a batch as of _step_on. */
CNN_API(cnn_trainer_begin) cnn_status cnn_trainer_begin(cnn_trainer* trainer, cnn_text* out) CNN_NOEXCEPT;
CNN_API(cnn_trainer_begin_on)
cnn_status cnn_trainer_begin_on(cnn_trainer* trainer, const float* images, size_t count, const uint8_t* labels, size_t batch,
                                cnn_text* out) CNN_NOEXCEPT;
CNN_API(cnn_trainer_compute) cnn_status cnn_trainer_compute(cnn_trainer* trainer, int first, int images) CNN_NOEXCEPT;
CNN_API(cnn_trainer_add)
cnn_status cnn_trainer_add(cnn_trainer* trainer, const float* gradients, size_t count, size_t offset) CNN_NOEXCEPT;
CNN_API(cnn_trainer_add_loss)
cnn_status cnn_trainer_add_loss(cnn_trainer* trainer, int images, double loss, int correct) CNN_NOEXCEPT;
CNN_API(cnn_trainer_settle) cnn_status cnn_trainer_settle(cnn_trainer* trainer, int* settled) CNN_NOEXCEPT;
CNN_API(cnn_trainer_draw_ahead) cnn_status cnn_trainer_draw_ahead(cnn_trainer* trainer) CNN_NOEXCEPT;
CNN_API(cnn_trainer_finish) cnn_status cnn_trainer_finish(cnn_trainer* trainer, cnn_text* out) CNN_NOEXCEPT;
/* On a replica, a trainer of a copy of the net without data set: gradients of preprocessed images that are `share` (0…1) of a
 * step's batch, and JSON {"loss", "correct"}. Dropout draws by seed and `draw`, another one for each share of each step. First
 * come those of the late parameters, then by _share_rest those before them. They stay until the trainer's next call. */
CNN_API(cnn_trainer_share)
cnn_status cnn_trainer_share(cnn_trainer* trainer, const float* images, size_t count, const uint8_t* labels, size_t batch,
                             double share, uint64_t draw, cnn_floats* gradients, cnn_text* out) CNN_NOEXCEPT;
CNN_API(cnn_trainer_share_rest) cnn_status cnn_trainer_share_rest(cnn_trainer* trainer, cnn_floats* gradients) CNN_NOEXCEPT;
/* The offset of the late parameters in all of them. */
CNN_API(cnn_trainer_late_from) size_t cnn_trainer_late_from(const cnn_trainer* trainer) CNN_NOEXCEPT;
/* Pictures of coming steps that another instance may change (option "augment") before their step comes, as an order for
 * cnn_fulfil; empty: there are none, or too few. _take has it back. What is not back in time is changed by the step: the
 * pictures are the same. */
CNN_API(cnn_trainer_order) cnn_status cnn_trainer_order(cnn_trainer* trainer, cnn_bytes* order) CNN_NOEXCEPT;
CNN_API(cnn_fulfil) cnn_status cnn_fulfil(const uint8_t* order, size_t size, cnn_bytes* out) CNN_NOEXCEPT;
CNN_API(cnn_trainer_take)
cnn_status cnn_trainer_take(cnn_trainer* trainer, const uint8_t* order, size_t size) CNN_NOEXCEPT;
/* As cnn_net_explain, about the step that comes next: it is taken on copies, and nothing changes. */
CNN_API(cnn_trainer_explain)
cnn_status cnn_trainer_explain(cnn_trainer* trainer, const char* query, size_t size, cnn_text* out,
                               cnn_floats* values) CNN_NOEXCEPT;
/* The last step's batch as the net received it, augmented and preprocessed: [N, H, W, C] and one label an image; empty
 * before the first step. They stay until the trainer's next call. */
CNN_API(cnn_trainer_batch)
cnn_status cnn_trainer_batch(cnn_trainer* trainer, cnn_floats* images, cnn_bytes* labels) CNN_NOEXCEPT;
/* Early stopping: takes a loss on held-out images; *stop is 1 when the last "patience" of them were no better than the best
 * before. */
CNN_API(cnn_trainer_should_stop)
cnn_status cnn_trainer_should_stop(cnn_trainer* trainer, double held_out_loss, int* stop) CNN_NOEXCEPT;
/* Everything but net and data that a continued training needs: optimiser moments, step, generator states. */
CNN_API(cnn_trainer_checkpoint) cnn_status cnn_trainer_checkpoint(cnn_trainer* trainer, cnn_bytes* out) CNN_NOEXCEPT;
CNN_API(cnn_trainer_restore)
cnn_status cnn_trainer_restore(cnn_trainer* trainer, const uint8_t* bytes, size_t size) CNN_NOEXCEPT;

/* ---- evaluation ------------------------------------------------------------------------------------------------- */

/* Over the first `limit` images of the set (0: all that it has now). */
CNN_API(cnn_evaluation_create)
cnn_status cnn_evaluation_create(cnn_net* net, cnn_dataset* data, size_t limit, cnn_evaluation** out) CNN_NOEXCEPT;
CNN_API(cnn_evaluation_destroy) void cnn_evaluation_destroy(cnn_evaluation* evaluation) CNN_NOEXCEPT;
/* Over the first `limit` (0: all) of the images that the trainer's option "validation" holds out and that have arrived. */
CNN_API(cnn_evaluation_create_held_out)
cnn_status cnn_evaluation_create_held_out(cnn_trainer* trainer, size_t limit, cnn_evaluation** out) CNN_NOEXCEPT;
/* Runs the next images (up to `images`); JSON {"done", "seen", "total", "errors", "accuracy", "loss", "confusion"}:
 * confusion[true class][predicted class]. */
CNN_API(cnn_evaluation_step)
cnn_status cnn_evaluation_step(cnn_evaluation* evaluation, size_t images, cnn_text* out) CNN_NOEXCEPT;
/* Of the images seen so far, in their order: the class that each was taken for, and its loss. Both stay until the next
 * _step. */
CNN_API(cnn_evaluation_answers)
cnn_status cnn_evaluation_answers(cnn_evaluation* evaluation, cnn_bytes* classes, cnn_floats* losses) CNN_NOEXCEPT;

#endif
