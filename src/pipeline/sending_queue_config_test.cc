#include "pipeline/sending_queue_config.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/yaml_reader.h"

namespace telemill::pipeline {
namespace {

struct Decoded {
  SendingQueueConfig config;
  std::string errors;
};

Decoded decode(const std::string& yaml) {
  config::Problems problems;
  const auto node = config::read_yaml(yaml, 0, problems);
  Decoded result{config::decode<SendingQueueConfig>(*node, "sending_queue", problems), {}};
  for (const config::Problem& problem : problems) {
    result.errors += problem.path + ": " + problem.message + "\n";
  }
  return result;
}

TEST(SendingQueueConfig, DefaultsAreTheReferences) {
  const auto [config, errors] = decode("batch: {}");
  EXPECT_EQ(errors, "");
  EXPECT_TRUE(config.enabled);
  EXPECT_EQ(config.queue_sizer(), Sizer::requests);
  EXPECT_EQ(config.queue_size, 1000);
  EXPECT_EQ(config.num_consumers, 10);
  EXPECT_FALSE(config.block_on_overflow);
  EXPECT_FALSE(config.wait_for_result);
  ASSERT_TRUE(config.batch.has_value());
  EXPECT_EQ(config.batch->flush_timeout, std::chrono::milliseconds(200));
  EXPECT_EQ(config.batch->min_size, 8192);
  EXPECT_EQ(config.batch->max_size, 0);
  EXPECT_EQ(config.batch_sizer(), Sizer::items);
}

TEST(SendingQueueConfig, OnlyAPresentBatchIsOn) {
  EXPECT_FALSE(decode("queue_size: 5").config.batch.has_value());
  EXPECT_TRUE(decode("batch: {min_size: 1}").config.batch.has_value());
  EXPECT_TRUE(decode("batch:").config.batch.has_value()) << "null is all defaults";
}

TEST(SendingQueueConfig, ABatchWithContentInheritsTheQueuesSizer) {
  EXPECT_EQ(
      decode("{sizer: bytes, queue_size: 1000000, batch: {max_size: 9000}}").config.batch_sizer(),
      Sizer::bytes);
  EXPECT_EQ(decode("{sizer: bytes, queue_size: 1000000, batch: {}}").config.batch_sizer(),
            Sizer::items);
  EXPECT_EQ(decode("{sizer: bytes, batch: {sizer: items}}").config.batch_sizer(), Sizer::items);
  EXPECT_EQ(decode("{sizer: requests, batch: {min_size: 1}}").config.batch_sizer(), Sizer::items);
}

TEST(SendingQueueConfig, RefusesWhatTheTableForbids) {
  struct Row {
    const char* yaml;
    const char* error;
  };
  const std::vector<Row> rows = {
      {"queue_size: 0", "sending_queue::queue_size: must be positive\n"},
      {"queue_size: -1", "sending_queue::queue_size: must be positive\n"},
      {"num_consumers: 0", "sending_queue::num_consumers: must be positive\n"},
      {"batch: {flush_timeout: 0s}", "sending_queue::batch::flush_timeout: must be positive\n"},
      {"batch: {min_size: -1}", "sending_queue::batch::min_size: must not be negative\n"},
      {"batch: {max_size: -1}", "sending_queue::batch::max_size: must not be negative\n"},
      {"batch: {min_size: 10, max_size: 9}",
       "sending_queue::batch::max_size: must be greater or equal to min_size\n"},
      {"batch: {sizer: requests}",
       "sending_queue::batch::sizer: batches are not measured in requests\n"},
      {"{sizer: items, queue_size: 9, batch: {min_size: 10}}",
       "sending_queue::batch::min_size: must be less than or equal to queue_size\n"},
      {"batch: {partition: {metadata_keys: [tenant, Tenant]}}",
       "sending_queue::batch::partition::metadata_keys: duplicate entry \"Tenant\"\n"},
  };
  for (const Row& row : rows) EXPECT_EQ(decode(row.yaml).errors, row.error) << row.yaml;
  EXPECT_NE(decode("storage: file_storage").errors, "");
  EXPECT_NE(decode("sizer: spans").errors, "");
}

TEST(SendingQueueConfig, TakesWhatTheTableAllows) {
  for (const char* const yaml :
       {"{sizer: requests, queue_size: 9, batch: {min_size: 10}}",
        "{sizer: bytes, queue_size: 9, batch: {min_size: 10, sizer: items}}",
        "{enabled: false, queue_size: 0}", "batch: {min_size: 0}",
        "batch: {min_size: 7, max_size: 7}", "{block_on_overflow: true, wait_for_result: true}"}) {
    EXPECT_EQ(decode(yaml).errors, "") << yaml;
  }
}

}  // namespace
}  // namespace telemill::pipeline
