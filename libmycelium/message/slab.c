/* SPDX-License-Identifier: Apache-2.0 */
#include "message/slab.h"

#include "base/check.h"

static uint64_t rank(const myc__slab *slab)
{
    return (uint64_t)((uintptr_t)slab / MYC__BLOCK_UNIT) * UINT64_C(0x9e3779b97f4a7c15);
}

static bool is_before(const myc__slab *slab, const void *address)
{
    return (uintptr_t)slab < (uintptr_t)address;
}

/* Cuts the tree in two: what lies before `slab` and what lies behind it. */
static void split(myc__slab *root, const myc__slab *slab, myc__slab **before, myc__slab **behind)
{
    while (root) {
        if (is_before(root, slab)) {
            *before = root;
            before = &root->right;
            root = root->right;
        } else {
            *behind = root;
            behind = &root->left;
            root = root->left;
        }
    }
    *before = NULL;
    *behind = NULL;
}

/* All of `left` lies before all of `right`. */
static void join(myc__slab **root, myc__slab *left, myc__slab *right)
{
    while (left && right) {
        if (rank(left) > rank(right)) {
            *root = left;
            root = &left->right;
            left = left->right;
        } else {
            *root = right;
            root = &right->left;
            right = right->left;
        }
    }
    *root = left ? left : right;
}

void myc__slab_insert(myc__slab **root, myc__slab *slab)
{
    while (*root && rank(*root) > rank(slab)) {
        root = is_before(*root, slab) ? &(*root)->right : &(*root)->left;
    }
    split(*root, slab, &slab->left, &slab->right);
    *root = slab;
}

void myc__slab_remove(myc__slab **root, const myc__slab *slab)
{
    while (*root != slab) {
        MYC__CHECK(*root != NULL);
        root = is_before(*root, slab) ? &(*root)->right : &(*root)->left;
    }
    join(root, slab->left, slab->right);
}

myc__slab *myc__slab_at(myc__slab *root, const void *address)
{
    myc__slab *found = NULL;
    while (root) {
        if (is_before(root, address)) {
            found = root;
            root = root->right;
        } else {
            root = root->left;
        }
    }
    bool within = found && (uintptr_t)address - (uintptr_t)found < found->size_bytes;
    return within ? found : NULL;
}

myc__slab *myc__slab_after(myc__slab *root, const void *address)
{
    myc__slab *found = NULL;
    while (root) {
        if ((uintptr_t)root > (uintptr_t)address) {
            found = root;
            root = root->left;
        } else {
            root = root->right;
        }
    }
    return found;
}
