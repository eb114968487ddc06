/* SPDX-License-Identifier: BSD-2-Clause */
/* demo.c -- what the tests of examples/throughput share, see demo.h. */
#include "demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

static char scratch[64];

bool
demo_file_write(const char *name, const void *content, size_t bytes)
{
	char path[128];
	FILE *file;
	bool written;

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	file = fopen(path, "wb");
	written = file && fwrite(content, 1, bytes, file) == bytes;
	if (file && fclose(file))
		written = false;
	CU_ASSERT_TRUE(written);
	return written;
}

void
demo_file_remove(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	CU_ASSERT_EQUAL(remove(path), 0);
}

const char *
demo_next_line(const char *text)
{
	const char *end = strchr(text, '\n');

	return end ? end + 1 : text + strlen(text);
}

int
demo_count(const char *text, const char *what)
{
	int found = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		found++;
	return found;
}

void
demo_check_agreement(const struct child *child)
{
	CU_ASSERT_EQUAL(child->status, 0);
	CU_ASSERT_STRING_EQUAL(child->err, "");
	CU_ASSERT_EQUAL(demo_count(child->out, "agree\n"), 9);
	CU_ASSERT_EQUAL(demo_count(child->out, "DIFFER"), 0);
	CU_ASSERT_EQUAL(demo_count(child->out,
			    "\nThe serial, OpenMP and async results agree bit "
			    "for bit.\n"),
	    1);
}

const char *
demo_folder(void)
{
	return scratch;
}

int
demo_run_suites(void)
{
	const char *folder = getenv("TMPDIR");
	int bad;

	snprintf(scratch, sizeof(scratch), "%s/quern.XXXXXX",
	    folder && strlen(folder) < 40 ? folder : "/tmp");
	if (!mkdtemp(scratch)) {
		perror(scratch);
		return 1;
	}
	bad = run_suites();
	if (rmdir(scratch) < 0) {
		perror(scratch);
		bad = 1;
	}
	return bad;
}
