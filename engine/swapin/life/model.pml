/*
 * The life of a page for Spin. What comes before this says how large the world is, what the
 * device is like (REMEMBERS, STABLE, SHOWS_WRITEBACK) and, as look-up tables, what the kernel
 * decides; what comes after has the threads. Names are those of docs/litmus.md.
 */
#define NONE 255

typedef Pte {
	bit there;	/* there is such a process */
	byte folio;
	byte slot;
	bit writable, marked, protected, clean
};

typedef Folio {
	bit used;
	short value;
	byte slot;
	bit exclusive, ksm, writeback, stored
};

Pte pte[PROCESSES];
Folio folio[FOLIOS];
short stored_value[SLOTS];
short expected[PROCESSES];
byte reference[PROCESSES];	/* the page that a process refers to */
bit pinned[PROCESSES];
bit swap = 1;
bit started;			/* the initial steps are done */
byte waits = NONE;		/* the thread that waits for the device */
byte unfinished = THREADS;
bit leak, stale, torn, pin_lost, reference_lost, copied, reused, refused, stopped;

/* What steps work with; nothing of it outlives a step. */
hidden short got;
hidden int key;
hidden byte i, hit, made, mappers, swapped, shared_frame, effect, frame, room, old_slot, told;
hidden byte fault_exclusive, fault_writable, fault_fresh, fault_cached, reuses, go, is_pinned,
	    is_referenced, was_marked, restores, sees, writing;

inline vacate(who) {
	pte[who].folio = NONE; pte[who].slot = NONE;
	pte[who].writable = 0; pte[who].marked = 0; pte[who].protected = 0; pte[who].clean = 0
}

/* Forget what nobody refers to any more. */
inline collect() {
	for (frame : 0 .. FOLIOS - 1) {
		go = 0;
		for (i : 0 .. PROCESSES - 1) {
			go = go || pte[i].folio == frame || reference[i] == frame ||
			     (folio[frame].slot != NONE && pte[i].slot == folio[frame].slot)
		}
		if
		:: !go ->
			folio[frame].used = 0; folio[frame].value = 0; folio[frame].slot = NONE;
			folio[frame].exclusive = 0; folio[frame].ksm = 0;
			folio[frame].writeback = 0; folio[frame].stored = 0
		:: else
		fi
	}
	for (room : 0 .. SLOTS - 1) {
		count_slot(room);
		if
		:: !go -> stored_value[room] = -1
		:: else
		fi
	}
}

/* go: somebody refers to a slot. */
inline count_slot(place) {
	go = 0;
	for (i : 0 .. PROCESSES - 1) { go = go || pte[i].slot == place }
	for (i : 0 .. FOLIOS - 1) { go = go || (folio[i].used && folio[i].slot == place) }
}

inline any_writeback() {
	writing = 0;
	for (i : 0 .. FOLIOS - 1) { writing = writing || folio[i].writeback }
}

/* made: a page that is free. */
inline new_folio() {
	made = NONE;
	for (i : 0 .. FOLIOS - 1) {
		if
		:: made == NONE && !folio[i].used -> made = i
		:: else
		fi
	}
	assert(made != NONE);
	folio[made].used = 1
}

/* room: a slot that is free. */
inline new_slot() {
	told = NONE;
	for (room : 0 .. SLOTS - 1) {
		count_slot(room);
		if
		:: told == NONE && !go -> told = room
		:: else
		fi
	}
	room = told;
	assert(room != NONE)
}

inline count_mappers(page) {
	mappers = 0;
	for (i : 0 .. PROCESSES - 1) { mappers = mappers + (pte[i].folio == page) }
}

inline count_swapped(place) {
	swapped = 0;
	for (i : 0 .. PROCESSES - 1) { swapped = swapped + (place != NONE && pte[i].slot == place) }
}

inline find_cached(place) {
	hit = NONE;
	for (i : 0 .. FOLIOS - 1) {
		if
		:: folio[i].used && folio[i].slot == place -> hit = i
		:: else
		fi
	}
}

inline find_references(page) {
	is_pinned = 0; is_referenced = 0;
	for (i : 0 .. PROCESSES - 1) {
		is_referenced = is_referenced || (page != NONE && reference[i] == page);
		is_pinned = is_pinned || (page != NONE && reference[i] == page && pinned[i])
	}
}

/* effect: what comes of an event for a page and a swap PTE. */
inline ask(event, page, with_mark) {
	find_references(page);
	if
	:: page == NONE -> key = 0
	:: else -> key = folio[page].exclusive
	fi;
	key = key | (is_pinned << 1) | (is_referenced << 2) | (with_mark << 3);
	decide_event(event)
}

inline swap_in(who, for_write) {
	old_slot = pte[who].slot;
	find_cached(old_slot);
	count_swapped(old_slot);
	mappers = 0;
	find_references(hit);
	if
	:: hit != NONE -> count_mappers(hit)
	:: else
	fi;
	key = for_write | (pte[who].marked << 1) | (pte[who].protected << 2) | (pte[who].clean << 3) |
	      ((swapped == 1) << 4) | ((hit != NONE) << 5) | ((mappers > 0) << 8) |
	      (is_referenced << 9) | ((swapped + mappers == 1) << 10);
	if
	:: hit != NONE -> key = key | (folio[hit].writeback << 6) | (folio[hit].ksm << 7)
	:: else
	fi;
	decide_swap_in();
	if
	:: hit == NONE ->
		new_folio();
		hit = made;
		folio[hit].value = stored_value[old_slot];
		if
		:: fault_fresh -> folio[hit].slot = NONE; folio[hit].stored = 0
		:: else -> folio[hit].slot = old_slot; folio[hit].stored = 1
		fi
	:: else ->
		if
		:: !fault_cached -> folio[hit].slot = NONE; folio[hit].stored = 0
		:: else
		fi
	fi;
	folio[hit].exclusive = folio[hit].exclusive || (fault_exclusive && REMEMBERS);
	pte[who].folio = hit; pte[who].slot = NONE; pte[who].marked = 0;
	pte[who].writable = fault_writable
}

inline reuse(who, for_write) {
	frame = pte[who].folio;
	if
	:: !folio[frame].exclusive && !folio[frame].writeback ->
		folio[frame].slot = NONE; folio[frame].stored = 0
	:: else
	fi;
	folio[frame].exclusive = REMEMBERS;
	pte[who].writable = for_write;
	reused = 1
}

inline copy(who, for_write) {
	frame = pte[who].folio;
	pin_lost = pin_lost || (reference[who] == frame && pinned[who]);
	reference_lost = reference_lost || (reference[who] == frame && !pinned[who]);
	new_folio();
	folio[made].value = folio[frame].value;
	folio[made].exclusive = REMEMBERS;
	vacate(who);
	pte[who].folio = made;
	pte[who].writable = for_write;
	copied = 1
}

inline write_protect_fault(who, for_write) {
	shared_frame = pte[who].folio;
	count_mappers(shared_frame);
	count_swapped(folio[shared_frame].slot);
	find_references(shared_frame);
	key = folio[shared_frame].ksm | (folio[shared_frame].writeback << 1) |
	      ((folio[shared_frame].slot != NONE) << 2) | ((mappers > 1) << 3) |
	      ((mappers + swapped == 1) << 4) | (is_referenced << 5) | ((swapped == 0) << 6) |
	      (folio[shared_frame].exclusive << 7);
	decide_reuse();
	if
	:: reuses -> reuse(who, for_write)
	:: else -> copy(who, for_write)
	fi
}

inline change(page, value_now, who) {
	torn = torn || (folio[page].writeback && STABLE);
	for (i : 0 .. PROCESSES - 1) {
		leak = leak || (i != who && (reference[i] == page || pte[i].folio == page ||
		       (folio[page].slot != NONE && pte[i].slot == folio[page].slot)))
	}
	folio[page].value = value_now; folio[page].stored = 0
}

inline store(who, value_now) {
	if
	:: pte[who].folio == NONE && pte[who].slot == NONE ->
		new_folio();
		folio[made].value = value_now; folio[made].exclusive = REMEMBERS;
		vacate(who);
		pte[who].folio = made; pte[who].writable = 1;
		expected[who] = value_now
	:: else ->
		sees = 1;
		if
		:: pte[who].slot != NONE ->
			swap_in(who, 1);
			if
			:: told == WRITE_NOT_ALLOWED -> stopped = 1; sees = 0
			:: told == WRITE_COPIED -> copy(who, 1)
			:: told == WRITE_REUSED -> reuse(who, 1)
			:: else
			fi
		:: else ->
			if
			:: !pte[who].writable && pte[who].protected -> stopped = 1; sees = 0
			:: !pte[who].writable && !pte[who].protected -> write_protect_fault(who, 1)
			:: else
			fi
		fi;
		if
		:: sees ->
			pte[who].writable = 1; pte[who].clean = 0;
			hit = pte[who].folio;
			change(hit, value_now, who);
			expected[who] = value_now
		:: else
		fi
	fi
}

/* got: what is read. */
inline load(who) {
	if
	:: pte[who].slot != NONE -> swap_in(who, 0)
	:: else
	fi;
	if
	:: pte[who].folio != NONE ->
		got = folio[pte[who].folio].value;
		stale = stale || got != expected[who]
	:: else -> got = 0
	fi
}

inline share(who, child) {
	pte[child].there = 1; pte[child].folio = pte[who].folio; pte[child].slot = pte[who].slot;
	pte[child].writable = pte[who].writable; pte[child].marked = pte[who].marked;
	pte[child].clean = pte[who].clean; pte[child].protected = 0
}

inline fork(who, child) {
	assert(!pte[child].there);
	expected[child] = expected[who];
	if
	:: pte[who].slot != NONE ->
		ask(FORK_SWAPPED, NONE, pte[who].marked);
		if
		:: effect == CLEAR -> pte[who].marked = 0
		:: else
		fi;
		share(who, child)
	:: pte[who].slot == NONE && pte[who].folio == NONE ->
		vacate(child);
		pte[child].there = 1
	:: else ->
		hit = pte[who].folio;
		ask(FORK_PRESENT, hit, 0);
		if
		:: effect == COPY ->
			new_folio();
			folio[made].value = folio[hit].value; folio[made].exclusive = REMEMBERS;
			vacate(child);
			pte[child].there = 1; pte[child].folio = made; pte[child].writable = 1
		:: else ->
			folio[hit].exclusive = 0;
			pte[who].writable = 0;
			share(who, child)
		fi
	fi
}

inline leave(who) { vacate(who); pte[who].there = 0 }

inline unmap(who) { vacate(who) }

inline refer(who, for_write, with_pin) {
	if
	:: for_write -> store(who, expected[who])
	:: else ->
		load(who);
		if
		:: with_pin && pte[who].folio != NONE ->
			hit = pte[who].folio;
			ask(PIN_READ, hit, 0);
			if
			:: effect == UNSHARE -> write_protect_fault(who, 0)
			:: else
			fi
		:: else
		fi
	fi;
	if
	:: !(for_write && stopped) ->
		assert(pte[who].folio != NONE && reference[who] == NONE);
		reference[who] = pte[who].folio; pinned[who] = with_pin
	:: else
	fi
}

inline release(who) { reference[who] = NONE; pinned[who] = 0 }

inline read_reference(who) {
	assert(reference[who] != NONE);
	got = folio[reference[who]].value
}

inline write_reference(who, value_now) {
	hit = reference[who];
	assert(hit != NONE);
	sees = pte[who].folio == hit ||
	       (pte[who].slot != NONE && folio[hit].slot == pte[who].slot);
	stale = stale || !sees;
	change(hit, value_now, who);
	if
	:: sees -> expected[who] = value_now
	:: else
	fi
}

inline reclaim(who) {
	shared_frame = pte[who].folio;
	if
	:: shared_frame != NONE && swap ->
		sees = 1;
		for (hit : 0 .. PROCESSES - 1) {
			if
			:: sees && pte[hit].folio == shared_frame ->
				ask(UNMAP, shared_frame, 0);
				if
				:: effect == REFUSE -> refused = 1; sees = 0
				:: else ->
					if
					:: folio[shared_frame].slot == NONE ->
						new_slot();
						folio[shared_frame].slot = room;
						folio[shared_frame].stored = 0;
						stored_value[room] = -1
					:: else
					fi;
					folio[shared_frame].exclusive = 0;
					pte[hit].folio = NONE;
					pte[hit].slot = folio[shared_frame].slot;
					pte[hit].marked = (effect == MARK);
					pte[hit].writable = 0
				fi
			:: else
			fi
		}
		if
		:: sees && !folio[shared_frame].stored ->
			ask(WRITE_OUT, shared_frame, 0);
			if
			:: effect == REFUSE -> refused = 1
			:: else ->
				stored_value[folio[shared_frame].slot] = folio[shared_frame].value;
				folio[shared_frame].stored = 1;
				folio[shared_frame].writeback = SHOWS_WRITEBACK
			fi
		:: else
		fi
	:: else
	fi
}

inline page_out(who) {
	mappers = 0;
	if
	:: pte[who].folio != NONE -> hit = pte[who].folio; count_mappers(hit)
	:: else
	fi;
	if
	:: mappers > 1 -> refused = 1
	:: else -> reclaim(who)
	fi
}

inline swapoff() {
	for (told : 0 .. PROCESSES - 1) {
		if
		:: pte[told].slot != NONE ->
			old_slot = pte[told].slot;
			find_cached(old_slot);
			if
			:: hit == NONE ->
				new_folio();
				hit = made;
				folio[hit].value = stored_value[old_slot];
				folio[hit].slot = old_slot; folio[hit].stored = 1
			:: else
			fi;
			was_marked = pte[told].marked;
			ask(SWAPOFF, NONE, was_marked);
			restores = (effect == RESTORE);
			folio[hit].writeback = 0;
			folio[hit].exclusive = restores && was_marked;
			pte[told].folio = hit; pte[told].slot = NONE; pte[told].marked = 0;
			pte[told].writable = 0;
			pte[told].protected = pte[told].protected && restores;
			pte[told].clean = pte[told].clean && restores
		:: else
		fi
	}
	for (i : 0 .. FOLIOS - 1) {
		folio[i].slot = NONE; folio[i].stored = 0; folio[i].writeback = 0
	}
	swap = 0
}

inline swapon() { swap = 1 }

inline merge(who) {
	hit = pte[who].folio;
	if
	:: hit == NONE -> refused = 1
	:: else ->
		ask(MERGE, hit, 0);
		if
		:: effect == REFUSE -> refused = 1
		:: else ->
			folio[hit].exclusive = 0; folio[hit].ksm = 1;
			for (i : 0 .. PROCESSES - 1) {
				pte[i].writable = pte[i].writable && pte[i].folio != hit
			}
		fi
	fi
}

inline unmerge(who) {
	if
	:: pte[who].slot != NONE -> swap_in(who, 0)
	:: else
	fi;
	if
	:: pte[who].folio != NONE ->
		hit = pte[who].folio;
		if
		:: folio[hit].ksm -> copy(who, 1)
		:: else
		fi
	:: else
	fi
}

inline migrate(who) {
	hit = pte[who].folio;
	if
	:: hit != NONE -> ask(MIGRATE, hit, 0); refused = refused || effect == REFUSE
	:: else
	fi
}

inline move(who) {
	if
	:: pte[who].slot != NONE ->
		ask(MOVE_SWAPPED, NONE, pte[who].marked);
		refused = refused || effect == REFUSE
	:: else
	fi
}

inline mremap(who) {
	pte[who].clean = pte[who].clean && pte[who].slot == NONE
}

inline write_protect(who) { pte[who].protected = 1; pte[who].writable = 0 }

inline unprotect(who) { pte[who].protected = 0 }

inline clear_soft_dirty(who) { pte[who].clean = 1; pte[who].writable = 0 }

/* Whoever swaps out to a device that writes inside of the submission waits for the end. */
inline wait_inside(thread) {
	any_writeback();
	waits = (writing -> thread : NONE)
}

/* The device has ended a write. */
inline end_wait() {
	any_writeback();
	waits = (writing -> waits : NONE)
}
