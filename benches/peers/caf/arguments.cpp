/* SPDX-License-Identifier: Apache-2.0 */
#include "arguments.hpp"

#include <algorithm>
#include <cstdlib>

static const workload *find(const std::string &name, const std::vector<workload> &workloads)
{
    auto found = std::find_if(workloads.begin(), workloads.end(),
                              [&](const workload &known) { return known.name == name; });
    if (found == workloads.end()) {
        throw wrong_arguments("no workload '" + name + "'; --list prints the names");
    }
    return &*found;
}

static double parse_scale(const std::string &text)
{
    char *end;
    double scale = std::strtod(text.c_str(), &end);
    if (*end || !(scale > 0 && scale <= 10)) {
        throw wrong_arguments("--scale " + text + ": expected a number above 0, at most 10");
    }
    return scale;
}

static unsigned parse_workers(const std::string &text)
{
    char *end;
    long workers = std::strtol(text.c_str(), &end, 10);
    if (*end || workers < 1 || workers > 64) {
        throw wrong_arguments("--workers " + text + ": expected a whole number from 1 to 64");
    }
    return static_cast<unsigned>(workers);
}

static void take_option(sample &of, const std::string &option, const std::string &value)
{
    if (option == "--scale") {
        of.scale = parse_scale(value);
    } else if (option == "--workers") {
        of.workers = parse_workers(value);
    } else if (option != "--parameter") { /* of curves, and this peer has none */
        throw wrong_arguments("unexpected argument '" + option + "'");
    }
}

static void parse_options(sample &of, const std::vector<std::string> &words)
{
    for (size_t i = 1; i < words.size(); i++) {
        if (words[i] == "--pin") { /* a peer is pinned from outside */
            continue;
        }
        if (i + 1 == words.size()) {
            throw wrong_arguments(words[i] + ": expected an option and its value");
        }
        take_option(of, words[i], words[i + 1]);
        i++;
    }
}

request parse_arguments(const std::vector<std::string> &words,
                        const std::vector<workload> &workloads)
{
    if (words.empty()) {
        throw wrong_arguments("expected --list or WORKLOAD [--scale F] [--workers N]");
    }
    const workload *chosen = find(words[0], workloads);
    sample of{chosen->name, chosen->workers};
    parse_options(of, words);
    return {chosen, of};
}
