// opgangd as its operator meets it: bad files, a taken port, a second base on one directory, a newer
// database, a full disk, the health service, and SIGTERM while a tablet is connected. Each failure has its
// own exit code and words (docs/errors.md), and changes nothing.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <sqlite3.h>

#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "gtest/gtest.h"
#include "opgang/v1/local_state.pb.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/full_disk.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

constexpr char kServing[] = "\x08\x01";  // grpc.health.v1.HealthCheckResponse{status: SERVING}

void ExpectFailure(const Outcome& outcome, ErrorCode code, const std::string& words) {
  EXPECT_EQ(outcome.exit_code, static_cast<int>(code)) << outcome.Words();
  EXPECT_NE(outcome.err.find(words), std::string::npos) << outcome.Words();
}

v1::StoreIdentity IdentityOf(const Tablet& tablet) {
  v1::StoreIdentity identity;
  for (const auto& store : std::filesystem::directory_iterator(tablet.home() / "stores")) {
    EXPECT_TRUE(identity.ParseFromString(ReadFile(store.path() / "store.pb")));
  }
  return identity;
}

// grpc.health.v1.Health/Check with the whole server's name; the response's bytes, or the status.
std::string AskHealth(int port, const grpc::SslCredentialsOptions& tls, grpc::Status& status) {
  grpc::GenericStub stub(grpc::CreateChannel(LoopbackAddress(port), grpc::SslCredentials(tls)));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  const grpc::Slice empty;
  const grpc::ByteBuffer request(&empty, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> ended;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &response,
                 [&](grpc::Status result) { ended.set_value(std::move(result)); });
  status = ended.get_future().get();
  grpc::Slice bytes;
  if (!status.ok() || !response.DumpToSingleSlice(&bytes).ok()) return {};
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

class BaseFaultsTest : public testing::Test {
 protected:
  Outcome Import(const std::filesystem::path& csv) const {
    const std::string mapping = std::string(OPGANG_SOURCE_DIR) + "/examples/mappings/plain.toml";
    return base_.Admin({"import", "dwellings", csv.string(), "--mapping", mapping, "--area", kArea});
  }
  int64_t Records() const { return base_.AdminJson({"check"})["records"]; }

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet tablet_{scratch_ / "tablet"};
};

TEST_F(BaseFaultsTest, GarbageInsteadOfACsvIsRefusedAsBadInputAndTheDwellingsStay) {
  base_.Start();
  base_.ImportOneEntrance();
  const int64_t before = Records();
  ASSERT_GT(before, 0);
  std::string noise;
  for (int i = 0; i < 4096; ++i) noise += static_cast<char>((i * 2654435761U) >> 13);
  for (const std::string& garbage : {noise, std::string("no;such;header\n1;2;3\n"), std::string()}) {
    WriteFile(scratch_ / "garbage.csv", garbage);
    const Outcome outcome = Import(scratch_ / "garbage.csv");
    EXPECT_EQ(outcome.exit_code, static_cast<int>(ErrorCode::kBadInput)) << outcome.Words();
    EXPECT_NE(outcome.err.find("opgangd: "), std::string::npos);
    EXPECT_EQ(Records(), before);
  }
  ExpectFailure(Import(scratch_ / "no-such-file.csv"), ErrorCode::kNotFound, "cannot be opened");
}

TEST_F(BaseFaultsTest, ASecondBaseOnTheSamePortOrTheSameDirectoryIsToldAndTheFirstGoesOn) {
  base_.Start();
  BaseProcess other(scratch_ / "other");
  ExpectFailure(other.Admin({"serve", "--listen", LoopbackAddress(base_.port())}), ErrorCode::kNotWritable,
                "taken");
  ExpectFailure(base_.Admin({"serve", "--listen", "127.0.0.1:0"}), ErrorCode::kStoreBusy, "");
  base_.ImportOneEntrance();
  tablet_.Join(base_, "amal", "tablet-1");
}

TEST_F(BaseFaultsTest, ADatabaseOfANewerOpgangIsRefusedAndLeftUntouched) {
  base_.Start();
  base_.ImportOneEntrance();
  base_.Stop();
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((base_.directory() / "base.db").c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "PRAGMA user_version=9999", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  const std::string before = ReadFile(base_.directory() / "base.db");
  for (const char* command : {"serve", "check"}) {
    const Outcome outcome = base_.Admin({command});
    EXPECT_EQ(outcome.exit_code, static_cast<int>(ErrorCode::kNewerFile)) << command << outcome.Words();
  }
  EXPECT_EQ(ReadFile(base_.directory() / "base.db"), before);
}

TEST_F(BaseFaultsTest, CommandsBesideNoBaseSaySo) {
  ExpectFailure(base_.Admin({"devices"}), ErrorCode::kNotFound, "holds no base");
  ExpectFailure(base_.Admin({"dance"}), ErrorCode::kUsage, "");
}

TEST_F(BaseFaultsTest, OptionsMayFollowTheCommand) {
  base_.Start();
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"check", "--json"}, {"quarantine", "list", "--json"}}) {
    const Outcome outcome = base_.Admin(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.Words();
    EXPECT_TRUE(outcome.json().contains("schema")) << outcome.Words();
  }
}

TEST_F(BaseFaultsTest, TheDiskOfTheBaseFillsUpAndWorkWaitsOnTheTabletUntilThereIsRoom) {
  const FullDisk disk(scratch_ / "disk-is-full");
  base_.Start(disk.environment());
  base_.ImportOneEntrance();
  tablet_.Join(base_, "amal", "tablet-1");
  tablet_.TakeInquiry("Room");
  const int waiting = tablet_.Unsent();
  disk.Fill();
  const Outcome refused = tablet_.Run({"sync"});
  EXPECT_TRUE(refused.exit_code == static_cast<int>(ErrorCode::kTryLater) ||
              refused.exit_code == static_cast<int>(ErrorCode::kNoBase))
      << refused.Words();
  EXPECT_EQ(tablet_.Unsent(), waiting);

  disk.Empty();
  base_.Kill();
  base_.Start();
  tablet_.Sync();
  EXPECT_EQ(tablet_.Unsent(), 0);
  EXPECT_EQ(base_.AdminJson({"check"})["problems"], Json::array());
}

TEST_F(BaseFaultsTest, SigtermEndsABaseWithALiveSessionInGoodOrder) {
  base_.Start();
  base_.ImportOneEntrance();
  tablet_.Join(base_, "amal", "tablet-1");
  Process live(tablet_.CommandOf({"board", "--watch", "--for", "60", "--json"}));
  ASSERT_TRUE(live.WaitForLine("opgang/board/1").has_value()) << live.Err();
  const auto connected = [&] { return base_.AdminJson({"devices"})["devices"][0]["online"] == true; };
  for (int i = 0; i < 100 && !connected(); ++i) live.WaitFor(std::chrono::milliseconds(20));
  ASSERT_TRUE(connected());
  const Outcome stopped = base_.Stop();
  EXPECT_EQ(stopped.exit_code, 0) << stopped.Words();
  EXPECT_NE(stopped.err.find("event=stop"), std::string::npos);
  base_.Start();
  EXPECT_EQ(base_.AdminJson({"check"})["problems"], Json::array());
}

TEST_F(BaseFaultsTest, TheHealthServiceAnswersOverMutualTlsAndNobodyWithoutACertificate) {
  base_.Start();
  base_.ImportOneEntrance();
  tablet_.Join(base_, "amal", "tablet-1");
  const v1::StoreIdentity identity = IdentityOf(tablet_);
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = identity.ca_pem();
  grpc::Status status;
  AskHealth(base_.port(), tls, status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  tls.pem_cert_chain = identity.certificate_pem();
  tls.pem_private_key = identity.private_key_pem();
  EXPECT_EQ(AskHealth(base_.port(), tls, status), kServing) << status.error_message();
}

}  // namespace
}  // namespace opgang
