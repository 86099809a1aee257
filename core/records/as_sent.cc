#include "core/records/as_sent.h"

#include "opgang/v1/record.pb.h"

namespace opgang {
namespace {

bool Parse(std::string_view bytes, v1::Record& record) {
  return record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

std::optional<std::string> LeaveOut(std::string_view record, const SentCreate& sent) {
  v1::Record rest;
  if (!Parse(record, rest) || rest.fields() != sent.fields) return std::nullopt;
  rest.clear_fields();
  rest.mutable_created()->clear_intent_id();
  rest.clear_last_changed();
  std::string bytes = rest.SerializeAsString();
  if (PutBack(bytes, sent) != record) return std::nullopt;
  return bytes;
}

std::optional<std::string> PutBack(std::string_view rest, const SentCreate& sent) {
  v1::Record record;
  if (!Parse(rest, record)) return std::nullopt;
  record.set_fields(std::string(sent.fields));
  record.mutable_created()->set_intent_id(std::string(sent.intent_id));
  *record.mutable_last_changed() = record.created();
  return record.SerializeAsString();
}

}  // namespace opgang
