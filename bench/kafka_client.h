// librdkafka as the Kafka benches use it: directly, without Weir's connector, and with its settings.
#pragma once

#include <librdkafka/rdkafka.h>

#include <map>
#include <string>

namespace weir::bench {

using Properties = std::map<std::string, std::string>;

// Those of connectors/kafka: kEveryClient with kReaderDefaults, and with kWriterDefaults.
extern const Properties kReader;
extern const Properties kWriter;

// Says what failed and ends the process.
[[noreturn]] void fail(const std::string& what, const std::string& why);

bool add_property(Properties& properties, const std::string& text);  // NAME=VALUE

using OnDelivery = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);
rd_kafka_t* connect(rd_kafka_type_t type, const std::string& brokers, const Properties& properties,
                    OnDelivery on_delivery);

// All partitions of a topic into one queue, from their ends on.
void start_at_end(rd_kafka_t* consumer, const std::string& topic, rd_kafka_queue_t* queue);

}  // namespace weir::bench
