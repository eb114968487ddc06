/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registry.c -- what a worker process can find, see registry.h.
 *
 *     QUERN_REGISTER() --> [registry.c]    before main(), and at dlopen()
 *     a submit         --> [registry.c]    an address becomes a key
 *     a worker         --> [registry.c]    a key becomes an address
 *
 * A key is a hash of the module that an entry lies in, of its file and of its
 * name.  It is computed when the entry is registered, so that looking it up
 * takes no lock, neither ours nor the dynamic linker's.
 *
 * Entries are static variables of the modules that register them.  Each is
 * linked into two hash tables, one by address and one by key, and stays there:
 * nothing is ever taken out, so a lookup can walk a list without a lock while
 * others push to it, and a module that was unloaded would leave the lists
 * broken.  What is registered does not change any more, except that an entry
 * which comes later can make its key ambiguous.
 *
 * Process-wide on purpose: so are the program and its modules.
 */
#include "registry.h"

#include <link.h>
#include <quern/process.h>
#include <stddef.h>
#include <string.h>

/* Lists of one for up to some hundred entries; a few for thousands. */
enum { LISTS_LOG2 = 8, LISTS = 1 << LISTS_LOG2 };

static struct quern_registered *by_address[LISTS];
static struct quern_registered *by_key[LISTS];

/* ---- which module ---- */

/* FNV-1a, 64 bits. */
#define HASH_OF_NOTHING UINT64_C(0xcbf29ce484222325)

static uint64_t
hash_more(uint64_t hash, const void *data, size_t bytes)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i < bytes; i++)
		hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static bool
is_build_id(const ElfW(Nhdr) * note)
{
	return note->n_type == NT_GNU_BUILD_ID && note->n_descsz &&
	    note->n_namesz == sizeof("GNU") &&
	    memcmp(note + 1, "GNU", sizeof("GNU")) == 0;
}

static size_t
round_up(size_t bytes, size_t align)
{
	return (bytes + align - 1) & ~(align - 1);
}

/* Take the build id into `hash`, if it is in this segment of notes. */
static bool
hash_build_id(uint64_t *hash, const char *at, const ElfW(Phdr) * segment)
{
	size_t left = segment->p_memsz, start, end;
	size_t align = segment->p_align == 8 ? 8 : 4;
	const ElfW(Nhdr) * note;

	for (; left >= sizeof(*note); left -= end, at += end) {
		note = (const void *)at;
		start = round_up(sizeof(*note) + note->n_namesz, align);
		end = start + note->n_descsz;
		if (end > left)
			return false;
		if (is_build_id(note)) {
			*hash = hash_more(*hash, at + start, note->n_descsz);
			return true;
		}
		/* The last one need not be padded. */
		end = round_up(end, align) < left ? round_up(end, align) : left;
	}
	return false;
}

/*
 * For a module that was linked without a build id: the places and sizes of its
 * segments.  Most changes of a program change these, but not all: two builds
 * with the same layout look like one.
 */
static uint64_t
hash_layout(uint64_t hash, const struct dl_phdr_info *module)
{
	const ElfW(Phdr) *segment = module->dlpi_phdr;

	for (int n = module->dlpi_phnum; n > 0; n--, segment++) {
		/* Not p_paddr, nor what moves with the base address. */
		const uint64_t layout[] = { segment->p_type, segment->p_flags,
			segment->p_offset, segment->p_vaddr, segment->p_filesz,
			segment->p_memsz };

		hash = hash_more(hash, layout, sizeof(layout));
	}
	return hash;
}

static uint64_t
hash_module(const struct dl_phdr_info *module)
{
	const ElfW(Phdr) *segment = module->dlpi_phdr;
	uint64_t hash = HASH_OF_NOTHING;

	for (int n = module->dlpi_phnum; n > 0; n--, segment++) {
		/* As an integer: a program's base address is often 0. */
		uintptr_t at = module->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_NOTE &&
		    hash_build_id(&hash, (const char *)at, segment))
			return hash;
	}
	return hash_layout(hash, module);
}

struct search {
	uintptr_t address; /* something in the module that is sought */
	uint64_t hash;
};

static int
look_into(struct dl_phdr_info *module, size_t size, void *arg)
{
	const ElfW(Phdr) *segment = module->dlpi_phdr;
	struct search *search = arg;

	(void)size;
	for (int n = module->dlpi_phnum; n > 0; n--, segment++) {
		uintptr_t start = module->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_LOAD &&
		    search->address - start < segment->p_memsz) {
			search->hash = hash_module(module);
			return 1;
		}
	}
	return 0;
}

/*
 * Which module `object` is a part of.  There is always one; for something that
 * is not (memory of the heap) it is the hash of nothing.
 */
static uint64_t
module_of(const void *object)
{
	struct search search = { (uintptr_t)object, HASH_OF_NOTHING };

	dl_iterate_phdr(look_into, &search);
	return search.hash;
}

uint64_t
quern__registry_build(void)
{
	return module_of(by_key);
}

/* ---- the tables ---- */

/* Fibonacci hashing: addresses differ least in their lowest bits. */
static size_t
list_of(uint64_t number)
{
	return number * UINT64_C(0x9e3779b97f4a7c15) >> (64 - LISTS_LOG2);
}

static const struct quern_registered *
first(struct quern_registered *const *list)
{
	/*
	 * acquire: pairs with the release in push(), that of the first entry
	 * and, through the read-modify-writes since, those of all others.
	 */
	return __atomic_load_n(list, __ATOMIC_ACQUIRE);
}

/* `next` is the one of the entry's links that belongs to this table. */
static void
push(struct quern_registered **list, struct quern_registered *entry,
    struct quern_registered **next)
{
	struct quern_registered *head = __atomic_load_n(list, __ATOMIC_RELAXED);

	do {
		*next = head;
		/*
		 * release: pairs with the acquire in first().  Whoever finds
		 * the entry must see its address, its key and this link.
		 */
	} while (!__atomic_compare_exchange_n(
	    list, &head, entry, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

static uint64_t
key_of(const struct quern_registered *entry)
{
	uint64_t hash = module_of(entry);

	/* With their ends, so that "ab" "c" is not "a" "bc". */
	hash = hash_more(hash, entry->file, strlen(entry->file) + 1);
	hash = hash_more(hash, entry->name, strlen(entry->name) + 1);
	return hash ? hash : 1;
}

void
quern_register(struct quern_registered *entry)
{
	/* A weak symbol that nobody defines. */
	if (!entry->address)
		return;
	entry->key = key_of(entry);
	push(&by_key[list_of(entry->key)], entry, &entry->next_by_key);
	push(&by_address[list_of(entry->address)], entry,
	    &entry->next_by_address);
}

/*
 * The same thing may have a key twice: an inline function that several files
 * register through the header which defines it.
 */
uintptr_t
quern__registry_find(uint64_t key)
{
	const struct quern_registered *entry = first(&by_key[list_of(key)]);
	uintptr_t address = 0;

	for (; entry; entry = entry->next_by_key) {
		if (entry->key != key)
			continue;
		if (address && address != entry->address)
			return 0;
		address = entry->address;
	}
	return address;
}

/* Of the keys of one address, any that leads back to it. */
uint64_t
quern__registry_key(uintptr_t address)
{
	const struct quern_registered *entry =
	    first(&by_address[list_of(address)]);

	for (; entry; entry = entry->next_by_address)
		if (entry->address == address &&
		    quern__registry_find(entry->key) == address)
			return entry->key;
	return 0;
}

/* relaxed: set before there is a second thread, as a rule. */
static bool open;

void
quern__registry_open(void)
{
	__atomic_store_n(&open, true, __ATOMIC_RELAXED);
}

bool
quern__registry_is_open(void)
{
	return __atomic_load_n(&open, __ATOMIC_RELAXED);
}
