#include "connectors/http/server.h"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <chrono>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace weir::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Request = beast::http::request<beast::http::empty_body>;
using Response = beast::http::response<beast::http::string_body>;

Result<Tcp::endpoint> parse_address(const std::string& text) {
  const Error wrong{"`" + text + "` is not an address to listen on: expected IP:PORT, as in 127.0.0.1:9464"};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return wrong;
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  if (error) return wrong;
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end) return wrong;
  return Tcp::endpoint(address, port);
}

std::string address_text(const Tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

// What to answer, whoever asks.
class Pages {
 public:
  explicit Pages(const ServerOptions& options) : options_(options) {}

  Response answer(const Request& request) const {
    using beast::http::status;
    using beast::http::verb;
    const std::string_view path = path_of(request);
    const bool known = path == "/metrics" || path == "/healthz" || path == "/readyz";
    if (!known) return text(request, status::not_found, "not found: there are /metrics, /healthz and /readyz\n");
    if (request.method() != verb::get && request.method() != verb::head) {
      Response response = text(request, status::method_not_allowed, "only GET and HEAD\n");
      response.set(beast::http::field::allow, "GET, HEAD");
      return response;
    }
    if (path == "/metrics") {
      Response response =
          text(request, status::ok, prometheus::TextSerializer().Serialize(options_.registry->Collect()));
      response.set(beast::http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
      return response;
    }
    const auto& ask = path == "/healthz" ? options_.healthy : options_.ready;
    const Health health = ask ? ask() : Health{};
    const std::string body = (health.reason.empty() ? (health.ok ? "ok" : "not ok") : health.reason) + "\n";
    return text(request, health.ok ? status::ok : status::service_unavailable, body);
  }

 private:
  // The target without its query, which nothing here has a use for.
  static std::string_view path_of(const Request& request) {
    const std::string_view target(request.target().data(), request.target().size());
    return target.substr(0, target.find('?'));
  }

  static Response text(const Request& request, beast::http::status status, std::string body) {
    Response response(status, request.version());
    response.set(beast::http::field::content_type, "text/plain; charset=utf-8");
    response.set(beast::http::field::cache_control, "no-store");
    response.keep_alive(request.keep_alive());
    response.content_length(body.size());
    if (request.method() != beast::http::verb::head) response.body() = std::move(body);
    return response;
  }

  const ServerOptions& options_;
};

class Connection;
using Connections = std::set<std::shared_ptr<Connection>>;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Tcp::socket socket, const ServerOptions& options, Connections& all)
      : stream_(std::move(socket)), options_(options), all_(all) {}

  void read() {
    // A new parser for each request; a body is more than anybody needs to send here.
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(options_.max_request_bytes));
    parser_->body_limit(0);
    stream_.expires_after(std::chrono::milliseconds(options_.timeout_ms));
    beast::http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t bytes) { self->on_read(error, bytes); });
  }

  void close() {
    error_code ignored;
    stream_.socket().shutdown(Tcp::socket::shutdown_both, ignored);
    stream_.socket().close(ignored);
  }

 private:
  void on_read(error_code error, std::size_t bytes) {
    // The parser's own limit bounds what is buffered, but lets a few bytes more pass.
    if (!error && bytes > options_.max_request_bytes) error = beast::http::error::header_limit;
    if (error == beast::http::error::header_limit || error == beast::http::error::body_limit) {
      return refuse(error == beast::http::error::body_limit ? beast::http::status::payload_too_large
                                                            : beast::http::status::request_header_fields_too_large);
    }
    // HTTP errors other than the end of the stream come from a request that is none.
    const bool garbled = error && error.category() == make_error_code(beast::http::error::bad_method).category() &&
                         error != beast::http::error::end_of_stream && error != beast::http::error::partial_message;
    if (garbled) return refuse(beast::http::status::bad_request);
    if (error) return finish();
    response_ = Pages(options_).answer(parser_->get());
    write();
  }

  void refuse(beast::http::status status) {
    response_ = Response(status, 11);
    response_.set(beast::http::field::content_type, "text/plain; charset=utf-8");
    response_.body() = std::string(beast::http::obsolete_reason(status)) + "\n";
    response_.keep_alive(false);
    response_.prepare_payload();
    write();
  }

  void write() {
    stream_.expires_after(std::chrono::milliseconds(options_.timeout_ms));
    beast::http::async_write(stream_, response_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error || !self->response_.keep_alive()) return self->finish();
      self->read();
    });
  }

  void finish() {
    close();
    all_.erase(shared_from_this());
  }

  beast::tcp_stream stream_;
  const ServerOptions& options_;
  Connections& all_;
  beast::flat_buffer buffer_;
  std::optional<beast::http::request_parser<beast::http::empty_body>> parser_;
  Response response_;
};

}  // namespace

struct Server::State {
  explicit State(ServerOptions given) : options(std::move(given)) {}

  Result<Tcp::endpoint> listen() {
    const Result<Tcp::endpoint> endpoint = parse_address(options.address);
    if (!endpoint) return endpoint.error();
    error_code error;
    acceptor.open(endpoint->protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(*endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return Error{"cannot listen on " + options.address + ": " + error.message() +
                   " (choose another address for metrics and health, or stop what uses it)"};
    }
    return acceptor.local_endpoint();
  }

  void accept() {
    acceptor.async_accept([this](error_code error, Tcp::socket socket) {
      // One that was accepted just before the end is dropped: it would keep the context running.
      if (stopping || error == asio::error::operation_aborted) return;
      if (error) {
        // Out of descriptors or memory, most likely: asking again at once would only burn the core.
        pause.expires_after(std::chrono::milliseconds(100));
        pause.async_wait([this](error_code stopped) {
          if (!stopped) accept();
        });
        return;
      }
      if (connections.size() < options.max_connections) {
        const auto connection = std::make_shared<Connection>(std::move(socket), options, connections);
        connections.insert(connection);
        connection->read();
      }
      accept();
    });
  }

  void stop() {
    stopping = true;
    error_code ignored;
    acceptor.close(ignored);
    pause.cancel();
    for (const auto& connection : connections) connection->close();
  }

  const ServerOptions options;
  asio::io_context context{1};
  Tcp::acceptor acceptor{context};
  asio::steady_timer pause{context};
  bool stopping = false;  // as all else here, the context's thread's alone
  Connections connections;
  std::thread thread;
};

Result<std::unique_ptr<Server>> Server::start(ServerOptions options) {
  WEIR_CHECK(options.registry != nullptr, "a registry to serve");
  auto state = std::make_unique<State>(std::move(options));
  const Result<Tcp::endpoint> endpoint = state->listen();
  if (!endpoint) return endpoint.error();
  state->accept();
  state->thread = std::thread([raw = state.get()] { raw->context.run(); });
  return std::unique_ptr<Server>(new Server(std::move(state), address_text(*endpoint)));
}

Server::Server(std::unique_ptr<State> state, std::string address)
    : state_(std::move(state)), address_(std::move(address)) {}

Server::~Server() {
  asio::post(state_->context, [this] { state_->stop(); });
  state_->thread.join();
}

}  // namespace weir::http
