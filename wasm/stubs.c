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

// Brings angles beyond 2^20 turns into the first one, with five kilobytes of digits of pi. The engine has no such angles.
int __rem_pio2_large(double* x, double* y, int e0, int nx, int prec) {
  (void)x, (void)y, (void)e0, (void)nx, (void)prec;
  __builtin_trap();
}

// e^x = 2^k · e^r with |r| <= ln 2 / 2, where 14 terms of the series reach the last bit but one. The library's is faster by a
// table of two kilobytes that nothing compresses; the engine's loops have a vectorised one of their own.
double exp(double x) {
  if (x != x) return x;
  if (x > 709.78) return __builtin_inf();
  if (x < -745.2) return 0;
  const double k = __builtin_rint(x * 1.4426950408889634);
  const double r = (x - k * 0x1.62e42fefa3800p-1) - k * 0x1.ef35793c76730p-45;
  double sum = 1;
  for (int i = 14; i > 0; --i) sum = 1 + r * sum / i;
  return __builtin_scalbn(sum, (int)k);
}

// How the C++ runtime gives up. Its own words would bring printf and the names of types along.
_Noreturn void abort_message(const char* format, ...) {
  (void)format;
  __builtin_trap();
}

static _Noreturn void give_up(void) { __builtin_trap(); }

void (*__cxa_terminate_handler)(void) = give_up;
void (*__cxa_unexpected_handler)(void) = give_up;
