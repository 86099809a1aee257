// A base that says anything: the device's session and store must refuse or apply it, and go on saving.
//
// Parts are SyncResponses. So that the fuzzer meets the device's own work, an intent id of one byte stands for that own
// mutation, and a scope id of one byte for the device's area.
#include <gtest/gtest.h>

#include "client-lib/src/sync/client_session.h"
#include "tests/fuzz/device_fixture.h"
#include "tests/fuzz/fuzz_input.h"

namespace opgang::fuzz {
namespace {

struct Own {
  std::vector<std::string> intents;
  v1::ScopeId area;
};

Own OwnOf(DeviceFixture& fixture) {
  Own own;
  own.area = AreaScope(fixture.base.Area("Testlund")).ToProto();
  const auto push = fixture.device.store().sync_store().NextPush(0, 64 * 1024);
  for (const v1::SealedMutation& mutation : push->mutations()) {
    v1::MutationEnvelope envelope;
    envelope.ParseFromString(mutation.envelope());
    own.intents.push_back(envelope.intent_id());
  }
  return own;
}

void Resolve(const Own& own, v1::ScopeId& scope) {
  if (scope.id().size() == 1) scope = own.area;
}

void MakeOwn(const Own& own, v1::SyncResponse& response) {
  if (response.has_ack()) {
    for (v1::Verdict& verdict : *response.mutable_ack()->mutable_verdicts()) {
      if (verdict.intent_id().size() != 1) continue;
      verdict.set_intent_id(own.intents[static_cast<uint8_t>(verdict.intent_id()[0]) % own.intents.size()]);
    }
  }
  if (response.has_page()) Resolve(own, *response.mutable_page()->mutable_scope());
  if (response.has_current()) Resolve(own, *response.mutable_current()->mutable_scope());
  if (response.has_welcome()) {
    for (v1::Grant& grant : *response.mutable_welcome()->mutable_grants())
      Resolve(own, *grant.mutable_scope());
  }
}

void HearAll(DeviceFixture& fixture, const Own& own, Parts& parts) {
  ClientSession session(fixture.device.store().sync_store(), fixture.clock, {});
  Require(session.Start().ok(), "a session starts");
  for (int count = 0; count < 64; ++count) {
    auto response = parts.NextMessage<v1::SyncResponse>();
    if (!response) return;
    MakeOwn(own, *response);
    if (!session.OnResponse(*response).ok()) return;
    for (int sent = 0; sent < 64; ++sent) {
      const auto request = session.NextRequest();
      if (!request.ok()) return;
      if (!request->has_value()) break;
    }
    session.done();
  }
}

void TrySession(Parts parts) {
  DeviceFixture& fixture = DeviceFixture::Get();
  fixture.device.RestoreHome(fixture.image);
  const Own own = OwnOf(fixture);
  HearAll(fixture, own, parts);
  fixture.device.Reopen();
  fixture.device.view();
  Bundle bundle = fixture.device.NewBundle();
  bundle.Create(CitizenCalled("Noor"), fixture.base.Area("Testlund"));
  Require(fixture.device.store().Save(bundle).ok(), "saving goes on");
}

}  // namespace
}  // namespace opgang::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  testing::GTEST_FLAG(throw_on_failure) = true;  // what the test support expects ends the program too
  opgang::fuzz::TrySession({data, size});
  return 0;
}
