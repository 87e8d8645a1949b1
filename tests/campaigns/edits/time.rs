//! Edits of dates that lie ahead or behind, and of the clock.

use jiff::{Timestamp, ToSpan};

use super::super::chance::Chance;
use super::super::scene::Scene;

fn now(scene: &Scene) -> Timestamp {
    scene.model.flags.now.parse().expect("an instant")
}

/// A day so many days from now, as a literal.
fn day(scene: &Scene, days: i64) -> String {
    let there = now(scene) + (24 * days).hours();
    there.strftime("%Y-%m-%d").to_string()
}

fn days(chance: &mut Chance, span: usize) -> i64 {
    i64::try_from(chance.below(2 * span)).expect("a few days")
        - i64::try_from(span).expect("a few days")
}

/// A guide expires, has expired, or no longer does.
pub fn expire(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.guide(chance) else {
        return false;
    };
    let days = days(chance, 40);
    let value = day(scene, days);
    let keys = &mut scene.model.pages[at].keys;
    if keys.remove("expires").is_none() {
        keys.insert("expires".into(), value);
    }
    true
}

/// A guide gets a date that has not come yet.
pub fn publish_later(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.guide(chance) else {
        return false;
    };
    let ahead = days(chance, 30).abs() + 1;
    let value = day(scene, ahead);
    scene.model.pages[at].keys.insert("date".into(), value);
    true
}

fn clock(scene: &mut Scene, days: i64) -> bool {
    let there = now(scene) + (24 * days).hours();
    // Within the years in which the site's dates lie.
    let (first, last): (Timestamp, Timestamp) = (
        "2018-01-01T00:00:00Z".parse().expect("an instant"),
        "2040-01-01T00:00:00Z".parse().expect("an instant"),
    );
    scene.model.flags.now = there.clamp(first, last).to_string();
    true
}

pub fn clock_by_years(scene: &mut Scene, chance: &mut Chance) -> bool {
    let years = days(chance, 4);
    clock(scene, 365 * years + 1)
}

pub fn clock_by_days(scene: &mut Scene, chance: &mut Chance) -> bool {
    let days = days(chance, 40);
    clock(scene, days)
}
