//! A store in memory that counts what is done to it, dies, and fails.

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult,
    Result,
};

/// What is done to a store and how it answers.
#[derive(Debug)]
pub struct Ways {
    /// Every write that took place: what, and where.
    pub writes: Mutex<Vec<(&'static str, String)>>,
    /// Operations of any kind.
    pub operations: AtomicUsize,
    /// Writes after which the publisher is dead.
    pub dies_after: AtomicUsize,
    /// Faults in a thousand operations.
    pub faults: AtomicU64,
    /// Whether conditions are ignored, as some services do.
    pub ignores_conditions: AtomicBool,
    dice: AtomicU64,
}

#[derive(Debug, Clone)]
pub struct Store {
    pub inner: Arc<InMemory>,
    pub ways: Arc<Ways>,
}

enum Fate {
    Fine,
    Fails(Error),
    Hangs,
    /// It takes place, and the answer is lost.
    Lost,
}

fn generic(words: &str) -> Error {
    Error::Generic {
        store: "test",
        source: words.to_owned().into(),
    }
}

impl Store {
    pub fn over(inner: InMemory) -> Self {
        Self {
            inner: Arc::new(inner),
            ways: Arc::new(Ways {
                writes: Mutex::default(),
                operations: AtomicUsize::new(0),
                dies_after: AtomicUsize::new(usize::MAX),
                faults: AtomicU64::new(0),
                ignores_conditions: AtomicBool::new(false),
                dice: AtomicU64::new(0),
            }),
        }
    }

    /// The same objects, in a store of their own.
    pub fn fork(&self) -> Self {
        Self::over(self.inner.fork())
    }

    pub fn fails(&self, in_a_thousand: u64, seed: u64) {
        self.ways.faults.store(in_a_thousand, Ordering::SeqCst);
        self.ways.dice.store(seed, Ordering::SeqCst);
    }

    pub fn dies_after(&self, writes: usize) {
        self.ways.dies_after.store(writes, Ordering::SeqCst);
    }

    /// Takes note of the writes so far and forgets them.
    pub fn take_writes(&self) -> Vec<(&'static str, String)> {
        std::mem::take(&mut *self.ways.writes.lock().unwrap())
    }

    fn roll(&self, sides: u64) -> u64 {
        let next = |dice: u64| dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let before = self
            .ways
            .dice
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |dice| Some(next(dice)))
            .unwrap();
        (next(before) >> 33) % sides
    }

    async fn fate(&self) -> Fate {
        tokio::task::yield_now().await;
        self.ways.operations.fetch_add(1, Ordering::SeqCst);
        let done = self.ways.writes.lock().unwrap().len();
        if done >= self.ways.dies_after.load(Ordering::SeqCst) {
            return Fate::Fails(Error::PermissionDenied {
                path: String::new(),
                source: "dead".into(),
            });
        }
        if self.roll(1000) >= self.ways.faults.load(Ordering::SeqCst) {
            return Fate::Fine;
        }
        match self.roll(6) {
            0 => Fate::Fails(generic("status code: 500 Internal Server Error")),
            1 => Fate::Fails(generic("status code: 503 Service Unavailable")),
            2 => Fate::Fails(generic("status code: 429 Too Many Requests")),
            3 => Fate::Fails(generic("the body was cut off")),
            4 => Fate::Hangs,
            _ => Fate::Lost,
        }
    }

    async fn through<T>(
        &self,
        write: Option<(&'static str, &Path)>,
        what: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let fate = self.fate().await;
        match fate {
            Fate::Fails(error) => return Err(error),
            Fate::Hangs => std::future::pending().await,
            Fate::Fine | Fate::Lost => {}
        }
        let result = what.await;
        if let (Some((kind, path)), Ok(_)) = (write, &result) {
            let mut writes = self.ways.writes.lock().unwrap();
            writes.push((kind, path.to_string()));
        }
        match fate {
            Fate::Lost => Err(generic("the answer was lost")),
            _ => result,
        }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a store that fails")
    }
}

#[async_trait]
impl ObjectStore for Store {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        mut options: PutOptions,
    ) -> Result<PutResult> {
        if self.ways.ignores_conditions.load(Ordering::SeqCst) {
            options.mode = object_store::PutMode::Overwrite;
        }
        let put = self.inner.put_opts(location, payload, options);
        self.through(Some(("put", location)), put).await
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Err(generic("status code: 400"))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.through(None, self.inner.get_opts(location, options))
            .await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        locations
            .then(move |location| {
                let store = store.clone();
                async move {
                    let location = location?;
                    let inner = Arc::clone(&store.inner);
                    let delete = inner.delete(&location);
                    store.through(Some(("delete", &location)), delete).await?;
                    Ok(location)
                }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let copy = self.inner.copy_opts(from, to, options);
        self.through(Some(("copy", to)), copy).await
    }
}
