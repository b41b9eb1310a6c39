// Times of single calls, for bench/model.cc and the opponents beside it (bench/model_opponents).
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace weir {

inline std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Calls `call(i)` for i = 0, 1, ..., modulo `rows`: first a fifth of `calls` that do not count, then `calls`, each with
// its own two looks at the clock. Prints a line for bench/model.py.
template <class Call>
void print_latencies(const std::string& name, std::size_t rows, std::size_t calls, const Call& call) {
  for (std::size_t i = 0; i < calls / 5; ++i) call(i % rows);
  std::vector<std::int64_t> times(calls);
  for (std::size_t i = 0; i < calls; ++i) {
    const auto begin = now_ns();
    call(i % rows);
    times[i] = now_ns() - begin;
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return static_cast<long long>(times[static_cast<std::size_t>(part * static_cast<double>(calls - 1))]);
  };
  std::printf("%s: p50 %lld p99 %lld p999 %lld ns\n", name.c_str(), at(0.5), at(0.99), at(0.999));
}

// Processor time of this thread.
inline std::int64_t processor_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Calls `pass()`, which takes `rows` rows, again and again for so much processor time; the first pass does not count.
template <class Pass>
void print_rate(const std::string& name, std::size_t rows, double seconds, const Pass& pass) {
  pass();
  const auto begin = processor_ns();
  std::int64_t taken = 0;
  std::size_t passes = 0;
  while (passes == 0 || static_cast<double>(taken) < seconds * 1e9) {
    pass();
    ++passes;
    taken = processor_ns() - begin;
  }
  std::printf("%s: %.0f rows/s\n", name.c_str(), static_cast<double>(passes * rows) * 1e9 / static_cast<double>(taken));
}

// The values of a file that holds nothing else; none if it can't be read.
template <class T>
std::vector<T> read_values(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::vector<T> values(bytes.size() / sizeof(T));
  std::copy_n(bytes.data(), values.size() * sizeof(T), reinterpret_cast<char*>(values.data()));
  return values;
}

template <class T>
bool write_values(const std::string& path, const std::vector<T>& values) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return static_cast<bool>(out.flush());
}

}  // namespace weir
