// The five functions that Emscripten's C library would import. A module without imports needs no glue: the engine
// neither prints nor exits nor opens files, so none of them has work to do.
#include <stddef.h>
#include <stdint.h>

enum { kBadDescriptor = 8 };  // __WASI_ERRNO_BADF

void emscripten_notify_memory_growth(int index) { (void)index; }

_Noreturn void __wasi_proc_exit(int code) {
  (void)code;
  __builtin_trap();
}

int __wasi_fd_close(int descriptor) {
  (void)descriptor;
  return kBadDescriptor;
}

int __wasi_fd_write(int descriptor, const void* vectors, size_t count, size_t* written) {
  (void)descriptor, (void)vectors, (void)count;
  *written = 0;
  return kBadDescriptor;
}

int __wasi_fd_seek(int descriptor, int64_t offset, int whence, int64_t* position) {
  (void)descriptor, (void)offset, (void)whence, (void)position;
  return kBadDescriptor;
}

// How the C++ runtime gives up. Its own words would bring printf and the names of types along.
_Noreturn void abort_message(const char* format, ...) {
  (void)format;
  __builtin_trap();
}

static _Noreturn void give_up(void) { __builtin_trap(); }

void (*__cxa_terminate_handler)(void) = give_up;
void (*__cxa_unexpected_handler)(void) = give_up;
