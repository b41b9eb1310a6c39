// What an operator's tools ask over HTTP/1.1: GET or HEAD of
//
//   /metrics   the registry, in Prometheus' text format
//   /healthz   200 or 503: should the process be restarted?
//   /readyz    200 or 503: does it do its work now?
//
// It runs on one thread of its own. No TLS and no passwords: it listens on the loopback interface unless told
// otherwise.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.h"

namespace prometheus {
class Registry;
}

namespace weir::http {

struct Health {
  bool ok = true;
  std::string reason;  // one line, shown to who asks
};

struct ServerOptions {
  // An IP address and a port; port 0 is any that is free. IPv6 as [::1]:9464.
  std::string address = "127.0.0.1:9464";
  std::shared_ptr<prometheus::Registry> registry;  // must be given
  // Called on the server's thread at each request. Without one the answer is always ok.
  std::function<Health()> healthy;
  std::function<Health()> ready;
  // Limits: a request line with its headers, how long a client may take to send one or to read an answer (also how long
  // an idle connection is kept), and how many clients are served at a time. Beyond them the connection is closed.
  std::size_t max_request_bytes = 8192;
  int timeout_ms = 10'000;
  std::size_t max_connections = 64;
};

class Server {
 public:
  // Listens when it returns.
  static Result<std::unique_ptr<Server>> start(ServerOptions options);
  // Stops at once and waits for the thread.
  ~Server();
  Server(const Server&) = delete;

  // Where it listens, with the real port: "127.0.0.1:9464".
  const std::string& address() const { return address_; }

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state, std::string address);
  std::unique_ptr<State> state_;
  std::string address_;
};

}  // namespace weir::http
