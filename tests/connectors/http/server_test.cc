#include "connectors/http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace weir::http {
namespace {

class Client {
 public:
  explicit Client(const std::string& address) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;

  void send(const std::string& text) { (void)::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  // What comes until the other side closes, or nothing has come for `quiet_ms`.
  std::string receive(int quiet_ms = 5000) {
    std::string text;
    char buffer[65536];
    pollfd waited{fd_, POLLIN, 0};
    while (::poll(&waited, 1, quiet_ms) == 1) {
      const ssize_t size = ::recv(fd_, buffer, sizeof buffer, 0);
      if (size <= 0) {
        closed_ = true;
        break;
      }
      text.append(buffer, static_cast<std::size_t>(size));
    }
    return text;
  }
  bool is_closed() const { return closed_; }

 private:
  int fd_;
  bool closed_ = false;
};

std::string ask(const Server& server, const std::string& request_line) {
  Client client(server.address());
  client.send(request_line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return client.receive();
}

int status_of(const std::string& answer) {
  return answer.size() > 12 && answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

class HttpServer : public testing::Test {
 protected:
  HttpServer() {
    options_.address = "127.0.0.1:0";
    options_.registry = std::make_shared<prometheus::Registry>();
  }
  void start() {
    Result<std::unique_ptr<Server>> started = Server::start(options_);
    ASSERT_TRUE(started.ok()) << started.error().message;
    server_ = std::move(*started);
  }
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

TEST_F(HttpServer, ServesTheMetricsInPrometheusTextFormat) {
  auto& records = prometheus::BuildCounter().Name("weir_records_total").Help("Records").Register(*options_.registry);
  records.Add({{"topic", "in"}}).Increment(42);
  auto& seconds = prometheus::BuildHistogram().Name("weir_step_seconds").Help("Step").Register(*options_.registry);
  seconds.Add({}, prometheus::Histogram::BucketBoundaries{0.001, 0.01}).Observe(0.005);
  start();
  const std::string answer = ask(*server_, "GET /metrics");
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("Content-Type: text/plain; version=0.0.4"), std::string::npos);
  EXPECT_NE(answer.find("weir_records_total{topic=\"in\"} 42\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("weir_step_seconds_bucket{le=\"0.01\"} 1\n"), std::string::npos);
  EXPECT_EQ(ask(*server_, "GET /metrics?name=x").substr(0, 15), "HTTP/1.1 200 OK");

  if (::system("command -v promtool >/dev/null 2>&1") != 0) GTEST_SKIP() << "skipped: promtool is not installed";
  FILE* promtool = ::popen("promtool check metrics", "w");
  const std::string body = body_of(answer);
  ASSERT_EQ(::fwrite(body.data(), 1, body.size(), promtool), body.size());
  EXPECT_EQ(::pclose(promtool), 0) << body;
}

TEST_F(HttpServer, HealthAndReadinessFollowTheirCallbacks) {
  std::atomic<bool> well = true;
  options_.healthy = [&] { return well ? Health{} : Health{false, "the step is stuck"}; };
  options_.ready = [&] { return well ? Health{true, "caught up"} : Health{false, "recovering"}; };
  start();
  EXPECT_EQ(body_of(ask(*server_, "GET /healthz")), "ok\n");
  EXPECT_EQ(body_of(ask(*server_, "GET /readyz")), "caught up\n");
  well = false;
  EXPECT_EQ(status_of(ask(*server_, "GET /healthz")), 503);
  EXPECT_EQ(body_of(ask(*server_, "GET /healthz")), "the step is stuck\n");
  EXPECT_EQ(body_of(ask(*server_, "GET /readyz")), "recovering\n");
}

TEST_F(HttpServer, OtherPathsAndMethodsAreRefused) {
  start();
  EXPECT_EQ(status_of(ask(*server_, "GET /")), 404);
  EXPECT_EQ(status_of(ask(*server_, "GET /metrics/")), 404);
  EXPECT_EQ(status_of(ask(*server_, "POST /other")), 404);
  const std::string refused = ask(*server_, "POST /metrics");
  EXPECT_EQ(status_of(refused), 405);
  EXPECT_NE(refused.find("Allow: GET, HEAD"), std::string::npos);
  const std::string head = ask(*server_, "HEAD /healthz");
  EXPECT_EQ(status_of(head), 200);
  EXPECT_NE(head.find("Content-Length: 3"), std::string::npos);
  EXPECT_EQ(body_of(head), "");
}

TEST_F(HttpServer, OneConnectionTakesSeveralRequests) {
  start();
  Client client(server_->address());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(client.receive(200)), 200);
  }
  EXPECT_FALSE(client.is_closed());
}

TEST_F(HttpServer, GarbageIsAnsweredAndTheConnectionClosed) {
  start();
  for (const std::string garbage : {"hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n"}) {
    Client client(server_->address());
    client.send(garbage);
    EXPECT_EQ(status_of(client.receive()), 400) << garbage;
    EXPECT_TRUE(client.is_closed());
  }
  EXPECT_EQ(status_of(ask(*server_, "GET /healthz")), 200);
}

TEST_F(HttpServer, TheRequestLimitHoldsOnBothSides) {
  start();
  const auto with_size = [&](std::size_t size) {
    const std::string start_text = "GET /healthz HTTP/1.1\r\nConnection: close\r\nX: ";
    Client client(server_->address());
    client.send(start_text + std::string(size - start_text.size() - 4, 'x') + "\r\n\r\n");
    return status_of(client.receive());
  };
  EXPECT_EQ(with_size(options_.max_request_bytes), 200);
  EXPECT_EQ(with_size(options_.max_request_bytes + 1), 431);
  Client client(server_->address());
  client.send("POST /metrics HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(status_of(client.receive()), 413);
}

TEST_F(HttpServer, SlowAndIdleClientsAreLetGo) {
  options_.timeout_ms = 200;
  start();
  for (const std::string partial : {"", "GET /heal"}) {
    Client client(server_->address());
    client.send(partial);
    const auto begun = std::chrono::steady_clock::now();
    client.receive();
    EXPECT_TRUE(client.is_closed()) << partial;
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(4));
  }
}

TEST_F(HttpServer, ConnectionsAboveTheLimitAreClosedAndOthersServed) {
  options_.max_connections = 3;
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(server_->address()));
    clients.back()->send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(clients.back()->receive(300)), 200);
  }
  Client fourth(server_->address());
  fourth.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fourth.receive(), "");
  EXPECT_TRUE(fourth.is_closed());
  clients.clear();
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  int status = 0;
  while (status != 200 && std::chrono::steady_clock::now() < limit) status = status_of(ask(*server_, "GET /healthz"));
  EXPECT_EQ(status, 200);
}

TEST_F(HttpServer, StopsWithClientsConnectedAndFreesThePort) {
  start();
  options_.address = server_->address();
  Client idle(server_->address());
  Client busy(server_->address());
  busy.send("GET /he");
  server_.reset();
  idle.receive();
  EXPECT_TRUE(idle.is_closed());
  start();
  EXPECT_EQ(status_of(ask(*server_, "GET /healthz")), 200);
}

TEST_F(HttpServer, AnAddressInUseOrMadeUpIsAnError) {
  start();
  options_.address = server_->address();
  const auto second = Server::start(options_);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find("cannot listen on " + server_->address()), std::string::npos);
  for (const std::string address : {"", "9464", "localhost:9464", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x"}) {
    options_.address = address;
    EXPECT_FALSE(Server::start(options_).ok()) << address;
  }
}

TEST_F(HttpServer, AnswersManyAtOnceWhileMetricsChange) {
  auto& counter =
      prometheus::BuildCounter().Name("weir_events_total").Help("Events").Register(*options_.registry).Add({});
  start();
  std::atomic<bool> stop = false;
  std::thread work([&] {
    while (!stop) counter.Increment();
  });
  std::vector<std::thread> askers;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 4; ++i) {
    askers.emplace_back([&] {
      for (int j = 0; j < 25; ++j) answered += status_of(ask(*server_, "GET /metrics")) == 200 ? 1 : 0;
    });
  }
  for (std::thread& asker : askers) asker.join();
  stop = true;
  work.join();
  EXPECT_EQ(answered, 100);
}

}  // namespace
}  // namespace weir::http
