#include "core/base/ids.h"

#include <cstdio>

namespace opgang {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Uuid MakeUuidV7(absl::Time now, Random& random) {
  Uuid uuid;
  random.Fill(uuid.data(), uuid.size());
  const uint64_t ms = static_cast<uint64_t>(std::max<int64_t>(absl::ToUnixMillis(now), 0));
  for (int i = 0; i < 6; ++i) uuid[i] = static_cast<uint8_t>(ms >> (8 * (5 - i)));
  uuid[6] = static_cast<uint8_t>((uuid[6] & 0x0f) | 0x70);
  uuid[8] = static_cast<uint8_t>((uuid[8] & 0x3f) | 0x80);
  return uuid;
}

std::string UuidToString(const Uuid& uuid) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kHex[uuid[i] >> 4]);
    text.push_back(kHex[uuid[i] & 15]);
  }
  return text;
}

std::optional<Uuid> UuidFromString(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  size_t at = 0;
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      if (text[at++] != '-') return std::nullopt;
    }
    const int high = HexValue(text[at]);
    const int low = HexValue(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid[i] = static_cast<uint8_t>(high * 16 + low);
    at += 2;
  }
  return uuid;
}

template <typename Tag>
std::string Id<Tag>::ToString() const {
  return UuidToString(bytes_);
}
template class Id<IntentIdTag>;
template class Id<RecordIdTag>;
template class Id<ReplicaIdTag>;
template class Id<StoreIdTag>;
template class Id<EpochIdTag>;
template class Id<KeyIdTag>;
template class Id<AreaIdTag>;
template class Id<BundleIdTag>;

std::optional<Scope> Scope::FromProto(const v1::ScopeId& proto) {
  if (proto.id().size() != 16 || proto.kind() == v1::SCOPE_KIND_UNSPECIFIED) return std::nullopt;
  Scope scope;
  scope.kind = proto.kind();
  std::copy(proto.id().begin(), proto.id().end(), reinterpret_cast<char*>(scope.id.data()));
  return scope;
}

v1::ScopeId Scope::ToProto() const {
  v1::ScopeId proto;
  proto.set_kind(kind);
  proto.set_id(id.data(), id.size());
  return proto;
}

std::string Scope::ToKey() const {
  std::string key(1, static_cast<char>(kind));
  key.append(reinterpret_cast<const char*>(id.data()), id.size());
  return key;
}

std::optional<Scope> Scope::FromKey(std::string_view key) {
  if (key.size() != 17 || !v1::ScopeKind_IsValid(key[0]) || key[0] == 0) return std::nullopt;
  Scope scope;
  scope.kind = static_cast<v1::ScopeKind>(key[0]);
  std::copy(key.begin() + 1, key.end(), reinterpret_cast<char*>(scope.id.data()));
  return scope;
}

}  // namespace opgang
