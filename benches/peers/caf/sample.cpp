/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.hpp"

#include <algorithm>
#include <caf/actor_system_config.hpp>

uint64_t sample::count(uint64_t full) const
{
    return std::max<uint64_t>(4000, static_cast<uint64_t>(static_cast<double>(full) * scale));
}

row sample::make_row(const std::string &part, double value) const
{
    return {name + part, value};
}

void with_system(unsigned workers, const std::function<void(caf::actor_system &system)> &use)
{
    caf::actor_system_config config;
    config.set("scheduler.max-threads", static_cast<size_t>(workers));
    caf::actor_system system(config);
    use(system);
}

measured measure(const sample &of, uint64_t full, const body &run)
{
    measured result{};
    with_system(of.workers, [&](caf::actor_system &system) {
        run(system, of.count(full) / 20);
        result = run(system, of.count(full));
    });
    return result;
}
