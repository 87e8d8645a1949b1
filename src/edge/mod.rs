//! Where Guidepost meets the world: folders, clocks, sockets, terminals.

pub mod build;
pub mod explain;
mod full;
mod gather;
mod quick;
pub mod record;
pub mod report;
pub mod scan;
pub mod serve;
mod sources;
pub mod synth;
pub mod verify;
pub mod write;
