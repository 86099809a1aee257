#include "server/rpc/stream_counts.h"

#include <grpc/grpc.h>
#include <grpc/support/alloc.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/rpc/sockets.h"

namespace opgang {
namespace {

using Json = nlohmann::json;

// JSON of grpc.channelz.v1; discarded where there is none. Numbers of 64 bits are strings in it.
Json Taken(char* text) {
  if (text == nullptr) return Json(Json::value_t::discarded);
  Json parsed = Json::parse(text, nullptr, false);
  gpr_free(text);
  return parsed;
}

intptr_t NumberIn(const Json& object, const char* name) {
  const std::string number = object.value(name, std::string());
  return number.empty() ? 0 : static_cast<intptr_t>(std::stoll(number));
}

}  // namespace

std::optional<uint64_t> StreamCounts::BegunBy(const std::string& peer) {
  if (const auto begun = Ask(peer); begun.has_value()) return begun;
  FindNewSockets();
  return Ask(peer);
}

std::optional<uint64_t> StreamCounts::Ask(const std::string& peer) {
  const auto found = sockets_.find(peer);
  if (found == sockets_.end()) return std::nullopt;
  const Json socket = Taken(grpc_channelz_get_socket(found->second));
  if (socket.is_object() && socket.contains("socket"))
    return NumberIn(socket["socket"].value("data", Json::object()), "streamsStarted");
  sockets_.erase(found);  // it has gone
  return std::nullopt;
}

void StreamCounts::FindNewSockets() {
  const Json servers = Taken(grpc_channelz_get_servers(0));
  if (!servers.is_object()) return;
  intptr_t newest = newest_;
  for (const Json& server : servers.value("server", Json::array())) {
    const intptr_t number = NumberIn(server.value("ref", Json::object()), "serverId");
    const Json sockets = Taken(grpc_channelz_get_server_sockets(number, newest_ + 1, 0));
    if (!sockets.is_object()) continue;
    for (const Json& socket : sockets.value("socketRef", Json::array())) {
      const std::string name = socket.value("name", std::string());  // "chttp2 ipv4:192.0.2.7:41000"
      const intptr_t id = NumberIn(socket, "socketId");
      sockets_[PeerKey(std::string_view(name).substr(name.find(' ') + 1))] = id;
      newest = std::max(newest, id);
    }
  }
  newest_ = newest;
}

}  // namespace opgang
