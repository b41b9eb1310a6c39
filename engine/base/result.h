// A value or the reason why there is none, for failures that come from outside: input, files, brokers, policies.
// Our own mistakes are not Results: they end the process through WEIR_CHECK (check.h).
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "engine/base/check.h"

namespace weir {

// A message for a person: what failed, on what, and what to do about it where that is known.
struct Error {
  std::string message;
};

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // The value; calling it on a failure is our own mistake and ends the process.
  T& operator*() & { return checked(); }
  const T& operator*() const& { return const_cast<Result*>(this)->checked(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &const_cast<Result*>(this)->checked(); }

  const E& error() const {
    WEIR_CHECK(!ok(), "error() of a Result that holds a value");
    return *std::get_if<1>(&state_);
  }

 private:
  T& checked() {
    WEIR_CHECK(ok(), "value of a Result that holds an error");
    return *std::get_if<0>(&state_);
  }
  std::variant<T, E> state_;
};

// Success or an Error.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  Result(E error) : error_(std::move(error)), ok_(false) {}
  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const E& error() const {
    WEIR_CHECK(!ok_, "error() of a Status that is ok");
    return error_;
  }

 private:
  E error_{};
  bool ok_ = true;
};

using Status = Result<void, Error>;

}  // namespace weir
