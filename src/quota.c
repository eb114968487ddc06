/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quota.c -- how much CPU time the control groups grant, see quota.h.
 *
 *     /proc/self/cgroup      in which group we are      --+
 *     /proc/self/mountinfo   where groups are mounted   --+--> a folder
 *     cpu.max, cpu.stat ...  in it and each one above, up to the mount
 *
 * A quota holds for a group with all below it, so the least one counts.  Both
 * versions of control groups may be mounted, the cpu controller belongs to
 * one of them, and files that are not there tell which.
 *
 * In a container the mount may begin at the container's own group, and the
 * path of our group be seen from within or from outside.  A path that does
 * not lie in the mount cannot be looked up; then the mount's own folder is
 * the best there is.
 *
 * Not here: cpusets, which are in the affinity mask (cpus.c).
 */
#include "quota.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "fd.h"
#include "mem.h"

enum { FIRST_BYTES = 4096, MOST_BYTES = 1 << 24 };

enum version { V1, V2, VERSIONS };

/* Where our group of one version is; all of it in the texts of /proc. */
struct place {
	const char *group; /* our path among the groups; NULL: in none */
	const char *root;  /* the group that is mounted ... */
	const char *point; /* ... here; NULL: nowhere */
	bool inside;       /* `group` is `root` or below it */
};

/* ---- reading ---- */

/* The same text with twice the room; frees the old one. */
static char *
grown(char *text, size_t bytes, size_t room)
{
	char *more = quern__alloc(room);

	if (more)
		memcpy(more, text, bytes);
	quern__free(text);
	return more;
}

/* The whole of a file, to be freed; NULL if it cannot be had. */
static char *
read_file(const char *path)
{
	size_t bytes = 0, room = FIRST_BYTES;
	char *text;
	int n = -1, fd = quern__fd_open_read(path);

	if (fd < 0)
		return NULL;
	text = quern__alloc(room);
	/* Zeroed, and never filled up to the end: so it ends with a 0. */
	while (text &&
	    (n = quern__fd_read(fd, text + bytes, room - 1 - bytes)) > 0) {
		bytes += (size_t)n;
		if (bytes < room - 1)
			continue;
		room *= 2;
		if (room > MOST_BYTES) {
			n = -1;
			break;
		}
		text = grown(text, bytes, room);
	}
	quern__fd_close(fd);
	if (text && n == 0)
		return text;
	quern__free(text);
	return NULL;
}

/* Is `word` in a list with commas? */
static bool
lists(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (!strncmp(list, word, n) && (!list[n] || list[n] == ','))
			return true;
	}
	return false;
}

/* The root is the empty path, so that any other can be appended to it. */
static const char *
group_path(const char *text)
{
	return strcmp(text, "/") ? text : "";
}

/* ---- which group ---- */

/* Lines of "hierarchy:controllers:path"; version 2 has number 0 and no list. */
static void
find_groups(char *text, struct place place[VERSIONS])
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		const char *number = strsep(&line, ":");
		const char *controllers = strsep(&line, ":");

		if (!line || *line != '/')
			continue;
		if (lists(controllers, "cpu"))
			place[V1].group = group_path(line);
		else if (!*controllers && !strcmp(number, "0"))
			place[V2].group = group_path(line);
	}
}

/* ---- where it is mounted ---- */

/* Spaces and their like are written as a backslash and three octal digits. */
static void
unescape(char *text)
{
	char *out = text;

	for (; *text; text++, out++) {
		*out = *text;
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' &&
		    text[2] >= '0' && text[2] <= '7' && text[3] >= '0' &&
		    text[3] <= '7') {
			*out = (char)((text[1] - '0') * 64 +
			    (text[2] - '0') * 8 + (text[3] - '0'));
			text += 3;
		}
	}
	*out = 0;
}

/* Is it `above` itself, or below it, with no way back up? */
static bool
is_below(const char *group, const char *above)
{
	size_t n = strlen(above);

	return !strncmp(group, above, n) && (!group[n] || group[n] == '/') &&
	    !strstr(group, "/..");
}

/*
 * "id parent device root point options [more]... - type source options".
 * A mount that our group lies in is better than one that it does not; of
 * several the first will do.
 */
static void
consider_mount(char *line, struct place place[VERSIONS])
{
	struct place *to = NULL;
	char *field[6], *type, *more;
	const char *root;
	bool inside;

	for (int i = 0; i < 6; i++)
		if (!(field[i] = strsep(&line, " ")))
			return;
	while ((more = strsep(&line, " ")) && strcmp(more, "-") != 0)
		;
	type = strsep(&line, " ");
	(void)strsep(&line, " ");
	if (!line)
		return;
	if (!strcmp(type, "cgroup2"))
		to = &place[V2];
	else if (!strcmp(type, "cgroup") && lists(line, "cpu"))
		to = &place[V1];
	if (!to || !to->group)
		return;
	unescape(field[3]);
	unescape(field[4]);
	root = group_path(field[3]);
	inside = is_below(to->group, root);
	if (to->point && (to->inside || !inside))
		return;
	to->root = root;
	to->point = field[4];
	to->inside = inside;
}

static void
find_mounts(char *text, struct place place[VERSIONS])
{
	char *line;

	while ((line = strsep(&text, "\n")))
		consider_mount(line, place);
}

/* ---- what it says ---- */

/*
 * A number that ends with a space or the line; moves on to what follows.  No
 * digit at all is 0, which stands for nothing here.
 */
static bool
number(const char **text, uint64_t *out)
{
	const char *at = *text;
	uint64_t n = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		unsigned digit = (unsigned)(*at - '0');

		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	if (*at && *at != ' ' && *at != '\n')
		return false;
	*text = *at == ' ' ? at + 1 : at;
	*out = n;
	return true;
}

static void
note_quota(struct quern__quota *quota, uint64_t time, uint64_t period)
{
	uint64_t cpus;

	if (!time || !period)
		return;
	cpus = time / period + (time % period != 0);
	if (cpus < quota->cpus)
		quota->cpus = (unsigned)cpus;
}

/* In one folder; `end` is where the path of it ends, with room behind. */
static char *
read_in(const char *folder, char *end, const char *name)
{
	char *text;

	strcpy(end, name);
	text = read_file(folder);
	*end = 0;
	return text;
}

static void
note_throttled(struct quern__quota *quota, char *stat)
{
	static const char name[] = "nr_throttled ";
	const char *line;
	uint64_t n;

	while ((line = strsep(&stat, "\n"))) {
		if (strncmp(line, name, sizeof(name) - 1) != 0)
			continue;
		line += sizeof(name) - 1;
		if (number(&line, &n))
			quota->throttled += n;
	}
}

static void
read_folder(struct quern__quota *quota, enum version version,
    const char *folder, char *end)
{
	const char *first = version == V1 ? "/cpu.cfs_quota_us" : "/cpu.max";
	char *text = read_in(folder, end, first), *second = NULL, *stat;
	const char *at = text;
	uint64_t time, period;

	/* "max" and -1, which stand for no quota, are not numbers. */
	if (text && number(&at, &time)) {
		if (version == V1)
			at = second =
			    read_in(folder, end, "/cpu.cfs_period_us");
		if (at && number(&at, &period))
			note_quota(quota, time, period);
	}
	quern__free(second);
	quern__free(text);
	stat = read_in(folder, end, "/cpu.stat");
	if (stat)
		note_throttled(quota, stat);
	quern__free(stat);
}

/* Our folder and all above it, up to the mount. */
static void
read_place(struct quern__quota *quota, enum version version,
    const struct place *place, const char *prefix)
{
	enum { NAME_BYTES = 32 };
	const char *below = "";
	size_t bytes, top;
	char *folder, *end;

	if (!place->point)
		return;
	if (place->inside)
		below = place->group + strlen(place->root);
	top = strlen(prefix) + strlen(place->point);
	bytes = top + strlen(below);
	folder = quern__alloc(bytes + NAME_BYTES);
	if (!folder)
		return;
	strcpy(folder, prefix);
	strcat(folder, place->point);
	strcat(folder, below);
	for (end = folder + bytes;;) {
		read_folder(quota, version, folder, end);
		if (end == folder + top)
			break;
		while (end > folder + top && *--end != '/')
			;
	}
	quern__free(folder);
}

static char *
read_proc(const char *prefix, const char *name)
{
	size_t n = strlen(prefix);
	char *path = quern__alloc(n + strlen(name) + 1), *text;

	if (!path)
		return NULL;
	strcpy(path, prefix);
	strcpy(path + n, name);
	text = read_file(path);
	quern__free(path);
	return text;
}

struct quern__quota
quern__quota_read_below(const char *prefix)
{
	struct quern__quota quota = { UINT_MAX, 0 };
	struct place place[VERSIONS] = { { NULL }, { NULL } };
	char *groups = read_proc(prefix, "/proc/self/cgroup");
	char *mounts =
	    groups ? read_proc(prefix, "/proc/self/mountinfo") : NULL;

	if (mounts) {
		find_groups(groups, place);
		find_mounts(mounts, place);
		for (enum version v = V1; v < VERSIONS; v++)
			read_place(&quota, v, &place[v], prefix);
	}
	quern__free(mounts);
	quern__free(groups);
	return quota;
}

struct quern__quota
quern__quota_read(void)
{
	return quern__quota_read_below("");
}
