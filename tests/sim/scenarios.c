/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer.h"

extern const sim_scenario sim_scenario_ask;
extern const sim_scenario sim_scenario_lane;
extern const sim_scenario sim_scenario_ring;
extern const sim_scenario sim_scenario_spsc;
extern const sim_scenario sim_scenario_parking_asymmetric;
extern const sim_scenario sim_scenario_parking_symmetric;
extern const sim_scenario sim_scenario_reference;
extern const sim_scenario sim_scenario_return;
extern const sim_scenario sim_scenario_slots;

const sim_scenario *const sim_scenarios[] = {
    &sim_scenario_lane,
    &sim_scenario_ring,
    &sim_scenario_spsc,
    &sim_scenario_parking_asymmetric,
    &sim_scenario_parking_symmetric,
    &sim_scenario_reference,
    &sim_scenario_return,
    &sim_scenario_slots,
    &sim_scenario_ask,
    NULL,
};
