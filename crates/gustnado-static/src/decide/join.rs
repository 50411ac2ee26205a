//! Several slices that are not worth sending apart become one. It must not know who asks.

use super::range::Slice;

/// These slices, in the order of their first mention, where those that overlap, touch or are no
/// further apart than `gap` bytes are one (RFC 9110 section 15.3.7.2).
pub(super) fn join(slices: Vec<Slice>, gap: u64) -> Vec<Slice> {
    let mut all: Vec<(usize, Slice)> = slices.into_iter().enumerate().collect();
    all.sort_unstable_by_key(|(place, slice)| (slice.first, *place));
    let mut joined: Vec<(usize, Slice)> = Vec::with_capacity(all.len());
    for (place, slice) in all {
        match joined.last_mut() {
            Some((earlier, before))
                if slice.first <= before.last.saturating_add(gap).saturating_add(1) =>
            {
                before.last = before.last.max(slice.last);
                *earlier = place.min(*earlier);
            }
            _ => joined.push((place, slice)),
        }
    }
    joined.sort_unstable_by_key(|(place, _)| *place);
    joined.into_iter().map(|(_, slice)| slice).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(slices: &[(u64, u64)], gap: u64) -> Vec<(u64, u64)> {
        let slices = slices.iter().map(|&(first, last)| Slice { first, last });
        let joined = join(slices.collect(), gap);
        joined.iter().map(|one| (one.first, one.last)).collect()
    }

    #[test]
    fn what_is_close_is_one() {
        assert_eq!(run(&[(0, 9), (20, 29)], 0), [(0, 9), (20, 29)]);
        assert_eq!(run(&[(20, 29), (0, 9)], 0), [(20, 29), (0, 9)]);
        assert_eq!(run(&[(0, 9), (10, 19)], 0), [(0, 19)]);
        assert_eq!(run(&[(0, 9), (5, 7)], 0), [(0, 9)]);
        assert_eq!(run(&[(0, 9), (20, 29)], 10), [(0, 29)]);
        assert_eq!(run(&[(0, 9), (20, 29)], 9), [(0, 9), (20, 29)]);
        assert_eq!(run(&[(90, 99), (0, 9), (5, 19)], 0), [(90, 99), (0, 19)]);
        let end = u64::MAX;
        assert_eq!(
            run(&[(end - 1, end), (0, 0), (end, end)], 5),
            [(end - 1, end), (0, 0)]
        );
    }

    proptest! {
        #[test]
        fn each_byte_is_sent_once_and_none_is_lost(
            all in proptest::collection::vec((0..200_u64, 0..50_u64), 0..20),
            gap in 0..20_u64,
        ) {
            let slices: Vec<_> = all.iter().map(|&(first, more)| (first, first + more)).collect();
            let joined = run(&slices, gap);
            for byte in 0..250 {
                let within = |&&(first, last): &&(u64, u64)| first <= byte && byte <= last;
                let sent = joined.iter().filter(within).count();
                prop_assert!(sent <= 1);
                prop_assert!(sent == 1 || !slices.iter().any(|one| within(&one)));
            }
        }
    }
}
