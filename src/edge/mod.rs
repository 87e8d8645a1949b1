//! Where Guidepost meets the world: folders, clocks, sockets, terminals.

pub mod build;
pub mod changes;
pub mod dev_server;
pub mod explain;
pub mod frame;
mod full;
mod gather;
pub mod onlookers;
pub mod publish;
mod quick;
pub mod record;
mod renderer;
pub mod report;
mod resident;
pub mod scan;
pub mod serve;
pub mod shared_cache;
mod sources;
pub mod synth;
mod under_way;
pub mod verify;
pub mod watch;
pub mod write;
