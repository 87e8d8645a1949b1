//! Where Guidepost meets the world: folders, clocks, sockets, terminals.

pub mod build;
pub mod gather;
pub mod report;
pub mod scan;
pub mod serve;
pub mod synth;
pub mod write;
