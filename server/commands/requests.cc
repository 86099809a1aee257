// opgangd requests: what persons asked for, and how long there is to answer (GDPR art. 12(3)).
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"
#include "server/commands/words.h"

namespace opgang {
namespace {

constexpr char kKindPrefix[] = "PERSON_REQUEST_KIND_";
constexpr char kOutcomePrefix[] = "PERSON_REQUEST_OUTCOME_";

struct RequestOptions {
  std::string citizen;
  std::string kind;
  std::string request;
  std::string outcome;
  std::string actor;
  std::string received;  // YYYY-MM-DD
  bool all = false;
  bool extend = false;
};

nlohmann::json ToJson(const v1::PersonRequest& request) {
  return {{"request", IdText(request.request_id())},
          {"kind", CodeWord(v1::PersonRequestKind_Name(request.kind()), kKindPrefix)},
          {"citizen", IdText(request.citizen_id())},
          {"received_us", request.received_us()},
          {"due_us", request.due_us()},
          {"extended", request.extended()},
          {"overdue", request.overdue()},
          {"settled_us", request.settled_us()},
          {"outcome", request.settled_us() == 0
                          ? ""
                          : CodeWord(v1::PersonRequestOutcome_Name(request.outcome()), kOutcomePrefix)},
          {"received_by", request.received_by()},
          {"settled_by", request.settled_by()}};
}

// The last minute in which it is in time.
std::string DueText(const v1::PersonRequest& request) {
  return LocalMinute(request.due_us() - absl::ToInt64Microseconds(absl::Minutes(1)));
}

void Print(const v1::PersonRequest& request) {
  std::printf("%s  %-13s citizen %s\n", IdText(request.request_id()).c_str(),
              CodeWord(v1::PersonRequestKind_Name(request.kind()), kKindPrefix).c_str(),
              IdText(request.citizen_id()).c_str());
  if (request.settled_us() > 0) {
    std::printf("  %s %s by %s\n",
                CodeWord(v1::PersonRequestOutcome_Name(request.outcome()), kOutcomePrefix).c_str(),
                LocalMinute(request.settled_us()).c_str(), request.settled_by().c_str());
    return;
  }
  std::printf("  to be answered by %s%s%s\n", DueText(request).c_str(),
              request.extended() ? " (extended)" : "", request.overdue() ? "  OVERDUE" : "");
}

absl::Status PrintOne(const CommandContext& context, const v1::PersonRequest& request) {
  if (context.json) {
    nlohmann::json document = ToJson(request);
    document["schema"] = "opgangd/request/1";
    std::printf("%s\n", document.dump().c_str());
  } else {
    Print(request);
  }
  return absl::OkStatus();
}

absl::Status List(const CommandContext& context, const RequestOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListPersonRequestsRequest request;
  request.set_open_only(!options.all);
  v1::ListPersonRequestsResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListPersonRequests, request, &response));
  if (context.json) {
    nlohmann::json document = {{"schema", "opgangd/requests/1"}, {"requests", nlohmann::json::array()}};
    for (const auto& one : response.requests()) document["requests"].push_back(ToJson(one));
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  if (response.requests().empty()) std::printf("None.\n");
  for (const auto& one : response.requests()) Print(one);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ReceivedOn(const std::string& date) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(date, &day)) return MakeError(ErrorCode::kUsage, "--received takes YYYY-MM-DD");
  return absl::ToUnixMicros(absl::FromCivil(day, CopenhagenTime()));
}

absl::Status Add(const CommandContext& context, const RequestOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::NotePersonRequestRequest request;
  request.set_citizen(options.citizen);
  request.set_actor(options.actor);
  ASSIGN_OR_RETURN(const int kind,
                   CodeOfWord(*v1::PersonRequestKind_descriptor(), kKindPrefix, options.kind));
  request.set_kind(static_cast<v1::PersonRequestKind>(kind));
  if (!options.received.empty()) {
    ASSIGN_OR_RETURN(const int64_t received_us, ReceivedOn(options.received));
    request.set_received_us(received_us);
  }
  v1::NotePersonRequestResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::NotePersonRequest, request, &response));
  return PrintOne(context, response.request());
}

absl::Status Settle(const CommandContext& context, const RequestOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::SettlePersonRequestRequest request;
  ASSIGN_OR_RETURN(*request.mutable_request_id(), IdBytes(options.request));
  request.set_actor(options.actor);
  request.set_extend(options.extend);
  if (!options.extend) {
    ASSIGN_OR_RETURN(const int outcome,
                     CodeOfWord(*v1::PersonRequestOutcome_descriptor(), kOutcomePrefix, options.outcome));
    request.set_outcome(static_cast<v1::PersonRequestOutcome>(outcome));
  }
  v1::SettlePersonRequestResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::SettlePersonRequest, request, &response));
  return PrintOne(context, response.request());
}

}  // namespace

void AddRequests(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand("requests", "what persons asked for, each with its month to answer");
  command->require_subcommand(1);
  auto options = std::make_shared<RequestOptions>();
  auto* list = command->add_subcommand("list", "open requests, soonest due first");
  list->add_flag("--all", options->all, "settled ones too");
  list->callback(
      [&context, options] { context.run = [&context, options] { return List(context, *options); }; });
  auto* add = command->add_subcommand("add", "note a request; its month runs from the day of receipt");
  add->add_option("citizen", options->citizen, "record id, or the handle that devices show")->required();
  add->add_option("kind", options->kind, AllWords(*v1::PersonRequestKind_descriptor(), kKindPrefix))
      ->required();
  add->add_option("--received", options->received, "the day, YYYY-MM-DD; today where it is left out");
  add->callback(
      [&context, options] { context.run = [&context, options] { return Add(context, *options); }; });
  auto* settle = command->add_subcommand("settle", "say how a request ended");
  settle->add_option("request", options->request, "its id")->required();
  settle
      ->add_option("outcome", options->outcome,
                   AllWords(*v1::PersonRequestOutcome_descriptor(), kOutcomePrefix))
      ->required();
  settle->callback(
      [&context, options] { context.run = [&context, options] { return Settle(context, *options); }; });
  auto* extend = command->add_subcommand("extend", "two months more, once; the person has been told why");
  extend->add_option("request", options->request, "its id")->required();
  extend->callback([&context, options] {
    options->extend = true;
    context.run = [&context, options] { return Settle(context, *options); };
  });
  for (auto* changes : {add, settle, extend})
    changes->add_option("--actor", options->actor, "who decides: your staff code")->required();
}

}  // namespace opgang
