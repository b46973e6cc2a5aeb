/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the cases share. A case is rejected with -DWRONG and accepted without; its lines
 * `expect-c:` and `expect-c++:` are patterns (grep -E) of the diagnostic, `link` says that the
 * linker must give it, `flags` adds compiler flags.
 */
#include <mycelium/mycelium.h>

typedef struct apple {
    int seeds;
} apple;
typedef struct pear {
    int seeds;
} pear;
MYC_MESSAGE(apple)
MYC_MESSAGE(pear)

#define FRUIT_ROWS(ROW, P)                                                                         \
    ROW(P, apple, apple)                                                                           \
    ROW(P, pear, pear)
MYC_PROTOCOL(fruit, FRUIT_ROWS)

#define JUICE_ROWS(ROW, P) ROW(P, apple, apple)
MYC_PROTOCOL(juice, JUICE_ROWS)

/* It can be asked for a pear for an apple, but only told of one that is left. */
#define SWAP_ROWS(ROW, P)                                                                          \
    ROW(P, trade, apple, pear)                                                                     \
    ROW(P, gift, pear, apple)                                                                      \
    ROW(P, rest, apple)
MYC_PROTOCOL(swap, SWAP_ROWS)
