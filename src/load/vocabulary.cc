#include "load/vocabulary.h"

#include <fmt/format.h>

#include <array>

namespace telemill::load::vocabulary {
namespace {

template <size_t N>
std::string_view pick(const std::array<std::string_view, N>& words, base::Random& random) noexcept {
  return words[static_cast<size_t>(random.below(N))];
}

constexpr std::array<std::string_view, 10> services{
    "frontend", "cart",     "checkout", "payment",        "shipping",
    "catalog",  "currency", "email",    "recommendation", "inventory"};
constexpr std::array<std::string_view, 6> methods{"GET", "GET", "GET", "POST", "PUT", "DELETE"};
constexpr std::array<std::string_view, 12> routes{"/api/products/{id}",
                                                  "/api/cart",
                                                  "/api/cart/{id}/items",
                                                  "/api/checkout",
                                                  "/api/recommendations",
                                                  "/api/orders/{id}",
                                                  "/api/users/{id}/profile",
                                                  "/api/shipping/quote",
                                                  "/api/currency/convert",
                                                  "/api/inventory/{id}",
                                                  "/healthz",
                                                  "/api/payments/{id}/capture"};
constexpr std::array<std::string_view, 5> user_agents{
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "okhttp/4.12.0", "python-requests/2.32.3"};
constexpr std::array<std::string_view, 6> statements{
    "SELECT id, name, price, currency FROM products WHERE category = ? AND active = true LIMIT 50",
    "INSERT INTO orders (customer_id, total, currency, status, created_at) VALUES (?, ?, ?, ?, ?)",
    "UPDATE inventory SET quantity = quantity - ? WHERE product_id = ? AND quantity >= ?",
    "SELECT o.id, o.status, c.email FROM orders o JOIN customers c ON c.id = o.customer_id "
    "WHERE o.id = ?",
    "DELETE FROM cart_items WHERE cart_id = ? AND product_id = ?",
    "SELECT count(*) FROM sessions WHERE expires_at > now()"};
constexpr std::array<std::string_view, 6> tables{"products",  "orders",     "inventory",
                                                 "customers", "cart_items", "sessions"};
constexpr std::array<std::string_view, 5> queues{"orders.created", "payments.captured",
                                                 "shipping.requests", "email.outbox",
                                                 "inventory.changes"};
constexpr std::array<std::string_view, 4> exceptions{
    "java.net.SocketTimeoutException", "java.lang.IllegalStateException",
    "io.grpc.StatusRuntimeException", "java.sql.SQLTransientConnectionException"};
constexpr std::array<std::string_view, 4> regions{"eu-central-1", "us-east-1", "us-west-2",
                                                  "ap-southeast-1"};
constexpr std::array<int64_t, 5> failures{404, 400, 500, 503, 401};
constexpr std::array<std::string_view, 24> words{
    "order",   "payment", "accepted", "for",      "customer", "with",   "retry",  "request",
    "timeout", "cache",   "miss",     "product",  "loaded",   "in",     "ms",     "connection",
    "closed",  "by",      "peer",     "shipment", "created",  "status", "failed", "after"};

}  // namespace

std::string_view service(base::Random& random) noexcept { return pick(services, random); }
std::string_view http_method(base::Random& random) noexcept { return pick(methods, random); }
std::string_view route(base::Random& random) noexcept { return pick(routes, random); }
std::string_view user_agent(base::Random& random) noexcept { return pick(user_agents, random); }
std::string_view sql(base::Random& random) noexcept { return pick(statements, random); }
std::string_view table(base::Random& random) noexcept { return pick(tables, random); }
std::string_view queue(base::Random& random) noexcept { return pick(queues, random); }
std::string_view exception(base::Random& random) noexcept { return pick(exceptions, random); }
std::string_view region(base::Random& random) noexcept { return pick(regions, random); }

int64_t http_status(base::Random& random) noexcept {
  return random.chance(0.9) ? 200 : failures[static_cast<size_t>(random.below(failures.size()))];
}

std::string hex(base::Random& random, size_t digits) {
  std::string text(digits, '0');
  for (char& digit : text) digit = "0123456789abcdef"[random.below(16)];
  return text;
}

std::string address(base::Random& random) {
  return fmt::format("10.{}.{}.{}", random.below(256), random.below(256), 1 + random.below(254));
}

std::string prose(base::Random& random, size_t size) {
  std::string text;
  text.reserve(size + 16);
  while (text.size() < size) {
    text += random.chance(0.15) ? hex(random, 8) : std::string(pick(words, random));
    text += ' ';
  }
  text.resize(size);
  return text;
}

std::string path(base::Random& random, std::string_view route) {
  constexpr std::string_view parameter = "{id}";
  std::string text(route);
  const size_t place = text.find(parameter);
  if (place != std::string::npos) text.replace(place, parameter.size(), hex(random, 12));
  return text;
}

}  // namespace telemill::load::vocabulary
