// opgangd audit: what was used by whom, and whether the notes of it are whole.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"
#include "server/commands/words.h"

namespace opgang {
namespace {

constexpr char kActionPrefix[] = "AUDIT_ACTION_";

struct AuditOptions {
  std::string actor;
  std::string citizen;
  std::string by;
  std::string action;
  uint32_t most = 100;
  uint64_t seq = 0;
  std::string before;  // YYYY-MM
  bool yes = false;
};

uint32_t TimesOf(const v1::AuditLine& line) {
  return std::max(line.look_count(), line.note().used().use_count());
}

nlohmann::json ToJson(const v1::AuditLine& line) {
  const v1::AuditNote& note = line.note();
  return {{"seq", line.seq()},
          {"at_us", note.at_us()},
          {"who", note.actor()},
          {"what", CodeWord(v1::AuditAction_Name(note.action()), kActionPrefix)},
          {"how", note.detail()},
          {"about", IdText(note.about())},
          {"citizen", IdText(line.person().subject_id())},
          {"record", IdText(line.person().record_id())},
          {"about_a_person", line.about_a_person()},
          {"store", IdText(note.store_id())},
          {"scopes", note.scopes_size()},
          {"changes", note.changes().mutation_count()},
          {"used_first_us", note.used().first_us()},
          {"used_last_us", note.used().last_us()},
          {"times", TimesOf(line)}};
}

std::string AboutText(const v1::AuditLine& line) {
  const v1::AuditNote& note = line.note();
  if (note.has_changes()) return std::to_string(note.changes().mutation_count()) + " changes";
  if (!note.scopes().empty()) return std::to_string(note.scopes_size()) + " scopes";
  if (line.has_person())
    return "citizen " + IdText(line.person().subject_id()) +
           (TimesOf(line) > 1 ? " (" + std::to_string(TimesOf(line)) + " times)" : "");
  if (line.about_a_person()) return "a citizen who was erased";
  return IdText(note.about());
}

// A use on a device stands at the moment at which it was used, though the device handed it in later.
void Print(const v1::AuditLine& line) {
  const v1::AuditNote& note = line.note();
  const int64_t when_us = note.has_used() ? note.used().first_us() : note.at_us();
  std::printf("%6llu  %s  %-10s %-12s %s %s%s\n", static_cast<unsigned long long>(line.seq()),
              LocalMinute(when_us).c_str(), note.actor().c_str(),
              CodeWord(v1::AuditAction_Name(note.action()), kActionPrefix).c_str(), note.detail().c_str(),
              AboutText(line).c_str(), note.has_used() ? " (on a device)" : "");
}

absl::Status List(const CommandContext& context, const AuditOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListAuditRequest request;
  request.set_actor(options.actor);
  request.set_citizen(options.citizen);
  request.set_by(options.by);
  request.set_most(options.most);
  request.set_seq(options.seq);
  if (!options.action.empty()) {
    ASSIGN_OR_RETURN(const int action,
                     CodeOfWord(*v1::AuditAction_descriptor(), kActionPrefix, options.action));
    request.set_action(static_cast<v1::AuditAction>(action));
  }
  v1::ListAuditResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListAudit, request, &response));
  if (options.seq > 0 && response.lines().empty())
    return MakeError(ErrorCode::kNotFound, "there is no entry of that number");
  if (context.json) {
    nlohmann::json document = {
        {"schema", "opgangd/audit/1"}, {"more", response.more()}, {"entries", nlohmann::json::array()}};
    for (const auto& line : response.lines()) document["entries"].push_back(ToJson(line));
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  for (const auto& line : response.lines()) Print(line);
  if (response.lines().empty()) std::printf("None.\n");
  if (response.more()) std::printf("There are older ones: --most.\n");
  return absl::OkStatus();
}

absl::Status Verify(const CommandContext& context) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::VerifyAuditResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::VerifyAudit, v1::VerifyAuditRequest(), &response));
  const std::string link = absl::BytesToHexString(response.link());
  if (context.json) {
    nlohmann::json document = {{"schema", "opgangd/audit-verify/1"},
                               {"problems", nlohmann::json::array()},
                               {"entries", response.entry_count()},
                               {"changes", response.change_count()},
                               {"first", response.first_seq()},
                               {"last", response.last_seq()},
                               {"link", link}};
    for (const std::string& problem : response.problems()) document["problems"].push_back(problem);
    std::printf("%s\n", document.dump().c_str());
  } else {
    for (const std::string& problem : response.problems()) std::printf("%s\n", problem.c_str());
    std::printf("%llu entries, %llu changes of the log. The last entry is %llu; its link:\n%s\n",
                static_cast<unsigned long long>(response.entry_count()),
                static_cast<unsigned long long>(response.change_count()),
                static_cast<unsigned long long>(response.last_seq()), link.c_str());
  }
  if (response.problems().empty()) return absl::OkStatus();
  return MakeError(ErrorCode::kDamaged, "the audit is not as it was written");
}

absl::Status Expire(const CommandContext& context, const AuditOptions& options) {
  int year = 0, month = 0;
  if (std::sscanf(options.before.c_str(), "%4d-%2d", &year, &month) != 2)
    return MakeError(ErrorCode::kUsage, "--before takes YYYY-MM");
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ExpireAuditRequest request;
  request.set_actor(options.actor);
  request.set_year(year);
  request.set_month(month);
  request.set_apply(options.yes);
  v1::ExpireAuditResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ExpireAudit, request, &response));
  if (context.json) {
    const nlohmann::json document = {{"schema", "opgangd/audit-expire/1"},
                                     {"applied", options.yes},
                                     {"entries", response.entry_count()},
                                     {"months", response.month_count()}};
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  std::printf("%llu entries of %u months: %s\n", static_cast<unsigned long long>(response.entry_count()),
              response.month_count(),
              options.yes ? "expired; a signed checkpoint stands in their place."
                          : "nothing was changed. It is done, for ever, with --yes.");
  return absl::OkStatus();
}

}  // namespace

void AddAudit(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand("audit", "what was used by whom");
  command->require_subcommand(1);
  auto options = std::make_shared<AuditOptions>();
  auto* list = command->add_subcommand("list", "entries, newest last; that you looked is noted too");
  list->add_option("--citizen", options->citizen, "only about this citizen: record id or handle");
  list->add_option("--by", options->by, "only what this staff member did");
  list->add_option("--action", options->action, AllWords(*v1::AuditAction_descriptor(), kActionPrefix));
  list->add_option("--most", options->most, "the newest so many")->capture_default_str();
  auto* show = command->add_subcommand("show", "one entry");
  show->add_option("entry", options->seq, "its number")->required();
  auto* verify = command->add_subcommand("verify", "whether every entry is there as it was written");
  auto* expire = command->add_subcommand("expire", "let old months go; without --yes it only counts");
  expire->add_option("--before", options->before, "everything before this month, YYYY-MM")->required();
  expire->add_flag("--yes", options->yes, "do it");
  for (auto* named : {list, show, expire})
    named->add_option("--actor", options->actor, "who asks: your staff code")->required();
  for (auto* shows : {list, show}) {
    shows->callback(
        [&context, options] { context.run = [&context, options] { return List(context, *options); }; });
  }
  verify->callback([&context] { context.run = [&context] { return Verify(context); }; });
  expire->callback(
      [&context, options] { context.run = [&context, options] { return Expire(context, *options); }; });
}

}  // namespace opgang
