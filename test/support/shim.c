/*
 * Loaded before libc (LD_PRELOAD), stands between a program and its disk: slows, fails and counts. See shim.ts.
 *
 * PILEGATE_SHIM_ONLY        files whose path holds this text only; all where it is not set
 * PILEGATE_SHIM_FSYNC_US    every fsync and fdatasync takes so many microseconds longer
 * PILEGATE_SHIM_FAIL_FROM   the sync of this number, counted from 1, fails with EIO and is not done
 * PILEGATE_SHIM_FAIL_COUNT  so do those after it, so many in all; 1 where it is not set
 * PILEGATE_SHIM_FAULT       a file that names a fault for as long as it is there:
 *                           `sync EIO`, `write EIO`, `write EROFS`, `write ENOSPC`
 * PILEGATE_SHIM_COUNTS      a file of two native uint64: syncs asked for, bytes written; true at any moment
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct counts {
  _Atomic uint64_t syncs;
  _Atomic uint64_t bytes;
};

static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off64_t);

static const char *only, *fault_file;
static long delay_us, fail_from, fail_count;
static struct counts in_memory, *counts = &in_memory;

static long number(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text ? atol(text) : otherwise;
}

__attribute__((constructor)) static void begin(void) {
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_writev = dlsym(RTLD_NEXT, "writev");
  real_pwritev = dlsym(RTLD_NEXT, "pwritev64");
  only = getenv("PILEGATE_SHIM_ONLY");
  fault_file = getenv("PILEGATE_SHIM_FAULT");
  delay_us = number("PILEGATE_SHIM_FSYNC_US", 0);
  fail_from = number("PILEGATE_SHIM_FAIL_FROM", 0);
  fail_count = number("PILEGATE_SHIM_FAIL_COUNT", 1);
  const char *file = getenv("PILEGATE_SHIM_COUNTS");
  int handle = file ? open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (handle < 0) return;
  if (ftruncate(handle, sizeof *counts) == 0) {
    void *shared = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    if (shared != MAP_FAILED) counts = shared;
  }
  close(handle);
}

static int concerns(int handle) {
  if (!only) return 1;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, only) != NULL;
}

/* The errno of the fault that the file names for this kind of call, or 0. */
static int fault(const char *call) {
  if (!fault_file) return 0;
  int handle = open(fault_file, O_RDONLY | O_CLOEXEC);
  if (handle < 0) return 0;
  char text[64] = {0};
  ssize_t length = read(handle, text, sizeof text - 1);
  close(handle);
  size_t name = strlen(call);
  if (length <= 0 || strncmp(text, call, name) != 0 || text[name] != ' ') return 0;
  const char *error = text + name + 1;
  return strstr(error, "EROFS") ? EROFS : strstr(error, "ENOSPC") ? ENOSPC : EIO;
}

static int sync_with(int handle, int (*real)(int)) {
  if (!concerns(handle)) return real(handle);
  long n = atomic_fetch_add(&counts->syncs, 1) + 1;
  struct timespec left = {delay_us / 1000000, delay_us % 1000000 * 1000};
  while (delay_us > 0 && nanosleep(&left, &left) != 0 && errno == EINTR);
  int error = fault("sync");
  if (fail_from > 0 && n >= fail_from && n < fail_from + fail_count) error = EIO;
  if (error == 0) return real(handle);
  errno = error;
  return -1;
}

int fsync(int handle) { return sync_with(handle, real_fsync); }
int fdatasync(int handle) { return sync_with(handle, real_fdatasync); }

/* Whether a write must fail; errno says why. */
static int refused(int handle) {
  if (!fault_file || !concerns(handle)) return 0;
  int error = fault("write");
  if (error != 0) errno = error;
  return error != 0;
}

static ssize_t counted(int handle, ssize_t written) {
  if (written > 0 && concerns(handle)) {
    int kept = errno;
    atomic_fetch_add(&counts->bytes, (uint64_t)written);
    errno = kept;
  }
  return written;
}

ssize_t write(int handle, const void *bytes, size_t size) {
  return refused(handle) ? -1 : counted(handle, real_write(handle, bytes, size));
}
ssize_t pwrite64(int handle, const void *bytes, size_t size, off64_t at) {
  return refused(handle) ? -1 : counted(handle, real_pwrite(handle, bytes, size, at));
}
ssize_t pwrite(int handle, const void *bytes, size_t size, off_t at) { return pwrite64(handle, bytes, size, at); }
ssize_t writev(int handle, const struct iovec *parts, int number_of) {
  return refused(handle) ? -1 : counted(handle, real_writev(handle, parts, number_of));
}
ssize_t pwritev64(int handle, const struct iovec *parts, int number_of, off64_t at) {
  return refused(handle) ? -1 : counted(handle, real_pwritev(handle, parts, number_of, at));
}
ssize_t pwritev(int handle, const struct iovec *parts, int number_of, off_t at) {
  return pwritev64(handle, parts, number_of, at);
}
