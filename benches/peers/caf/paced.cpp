/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread outside the runtime sends 100 k events a second to actor A, which passes them to B.
 *
 * Open loop: the source keeps to its timetable and B counts from when the event was due, so what
 * waits behind a stall counts in full. The source spins, so it adds no wake-up of its own.
 */
#include <algorithm>
#include <cmath>
#include <sstream>
#include <thread>

#include "machine.hpp"
#include "message.hpp"
#include "sample.hpp"

namespace
{

constexpr uint64_t period_ns = 10'000;

struct paced_run {
    std::vector<uint64_t> latencies_ns;
    uint64_t runtime_ns; /* processor time of all but the source */
};

caf::behavior forwarder(caf::event_based_actor *self, caf::actor to, tally *here, uint64_t count)
{
    return {
        [=](const event_message &message) {
            here->add(*message.event);
            self->send(to, message);
            if (here->handled == count) {
                self->quit();
            }
        },
    };
}

caf::behavior recorder(caf::event_based_actor *self, std::vector<uint64_t> *latencies_ns,
                       uint64_t count)
{
    latencies_ns->reserve(count);
    return {
        [=](const event_message &message) {
            latencies_ns->push_back(now_ns() - message.event->timestamp);
            if (latencies_ns->size() == count) {
                self->quit();
            }
        },
    };
}

void feed(const caf::actor &to, uint64_t count, uint64_t &source_ns)
{
    uint64_t first_due_ns = now_ns() + period_ns;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t due_ns = first_due_ns + i * period_ns;
        while (now_ns() < due_ns) {
        }
        caf::anon_send(to, event_message{make_swap(due_ns)});
    }
    source_ns = thread_time_ns();
}

paced_run run(caf::actor_system &system, uint64_t count)
{
    paced_run result;
    tally forwarded;
    uint64_t source_ns;
    uint64_t before_ns = process_time_ns();
    caf::actor to = system.spawn(recorder, &result.latencies_ns, count);
    to = system.spawn(forwarder, to, &forwarded, count);
    std::thread source(feed, to, count, std::ref(source_ns));
    source.join();
    system.await_all_actors_done();
    result.runtime_ns = process_time_ns() - before_ns - source_ns;
    std::sort(result.latencies_ns.begin(), result.latencies_ns.end());
    return result;
}

/* The smallest latency that `percent` of all do not exceed. */
double percentile(const std::vector<uint64_t> &sorted_ns, double percent)
{
    double rank = std::ceil(static_cast<double>(sorted_ns.size()) * percent / 100);
    return static_cast<double>(sorted_ns[static_cast<size_t>(rank) - 1]);
}

row curve_row(const sample &of, double percent, double value)
{
    std::ostringstream name;
    name << "curve " << of.name << " " << percent;
    return {name.str(), value};
}

rows rows_of(const sample &of, const paced_run &ran)
{
    auto at = [&](double percent) { return percentile(ran.latencies_ns, percent); };
    double events = static_cast<double>(ran.latencies_ns.size());
    rows result{
        of.make_row(".p50", at(50)),
        of.make_row(".p99", at(99)),
        of.make_row(".p999", at(99.9)),
        of.make_row(".max", at(100)),
        of.make_row(".cpu", static_cast<double>(ran.runtime_ns) / events),
    };
    for (double percent : {50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.95, 99.99, 100.0}) {
        result.push_back(curve_row(of, percent, at(percent)));
    }
    return result;
}

} // namespace

rows paced_latency(const sample &of)
{
    paced_run ran;
    with_system(of.workers, [&](caf::actor_system &system) {
        uint64_t count = of.count(100'000);
        run(system, count / 20);
        ran = run(system, count);
    });
    return rows_of(of, ran);
}
