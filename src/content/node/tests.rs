use super::*;
use crate::ground::paths::SrcPath;

fn read(text: &str, format: Format) -> (Vec<Entry>, Vec<String>) {
    let source = Source::new(SrcPath::new("a"), text);
    let (entries, diagnostics) = parse(&source, 0..text.len(), format, Rule::InvalidFrontMatter);
    let told = diagnostics
        .into_iter()
        .map(|d| {
            let place = d.place.unwrap();
            format!(
                "{}:{}+{} {} [{}]{}",
                place.line,
                place.column,
                place.length,
                d.message,
                d.help.unwrap_or_default(),
                d.related.first().map_or(String::new(), |r| format!(" first {}:{}", r.place.line, r.place.column)),
            )
        })
        .collect();
    (entries, told)
}
#[test]
fn scratch() {
  for t in ["title = Fix the thing\nx=1\n","title: Fix\nx = 1\n","title = \"Fix\nx=1\n","title = 'it's'\ny=2\n","date = 2024-02-30\nx=1","date = 2020-4-3\nx=2","a = [1,\n2\nb=3\n","[meta\na=1\n[x]\nb=1","a=1\na=2\n[t]\n[t]\n","a.b=1\na=2\n","x = {a=1, a=2}\n","tags = [\"a\" \"b\"]\n","tags = [a, b]\n", "draft = True\n","draft = yes\n","v = 1.2.3\n","title = “Fix”\n","a = \n","just words\n","a == 1\n","x = 007\n","title = \"a\\d\"\n","[[x]]\n[x]\n","t=10:20:99\n", "p = \"C:\\Users\"\nd=nope\n[q]\nz=Z\n","a=\"\"\"x\nb=1\n","a = {b=1\nc=2\n", "a = [\n 1,\n x,\n]\nb=2","a=1.\n","a = 'x\nb=1","a b = 1\n","a = [1,,2]\n","x=1\n[x]\n","a.b.c = 1\n\"a b\"=2\n", "[a]\nx=1\n[b]\nx=2\nx=3\n", "é = \"ü\"\r\ny = x\r\n"] {
    let (e,d)=read(t,Format::Toml); println!("--- {t:?}\n   {:?}", to_map(&e).0); for d in d {println!("  ! {d}")}
  }
  for t in ["title: Fix: the thing\nx: 1\n","a:\n\tb: 1\nc: 1\n","a: @x\nb: 1\n","a: `x`\n","a: \"x\nb: 1\n","tags: [a, b\nx: 1\n","title: {{ x }}\n","a: b\n c: d\n","a: - b\n","a:\n  b: 1\n c: 2\n","a: 'it's'\nb: 2\n","title = x\n","title: x\ny = 3\n","a: &x [1]\nb: *x\nc: *y\n","a: %x\n","a: *bold*\n","a: !foo bar\n","- a\n- b\n","foo\n","","a:\n- b\n- c: d: e\n- f\n","a: |\n  x\n  y\nb: >\n z\n","? [a]\n: b\n", "a: \"\\d\"\n", "a:b\nc: d\n","a: [x]]\n","a: x # c\nb: {c: 1, d: [2]}\n", "é: ü\r\nb: @1\r\n","a: !!str 12\nb:\n","a: 1\n---\nb: 2\n","a: > x\n","a: 'x' y\n", "a: b: c\nd: e: f\na: 2\n","title: \"a\"b\n","a: ,x\n","- a\nb: c\n", "a: x\n- y\n", "a: ]\nb: 1\n", "a: ? x\n","a: b\nfoo\nc: d\n", "a: 1\na: 2\nb:\n  c: 1\n  c: 2\n", "x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n", "d: 2020-4-3\ne: 2020-04-03 10:20:30 +0200\nf: 007\ng: 1.10\nh: .nan\ni: 2024-02-30\nj: 1e3\nk: 0x1f\nl: 1_000\nm: ~\nn: 12:30\no: '1'\n", "a: &a [1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e]\n", "a: {b: 1\nc: 2\n", "a: [1,\n  2,\n  b: c: d\n]\nz: 1\n", "url: http://x\nfoo:bar\nb: 1\n","a: \"b: c\n", "<<: 1\n"] {
    let (e,d)=read(t,Format::Yaml); let m=format!("{:?}", to_map(&e).0); println!("--- {t:?}\n   {}", &m[..m.len().min(600)]); for d in d {println!("  ! {d}")}
  }
  let deep = "[".repeat(5000); let (_,d)=read(&format!("a: {deep}"),Format::Yaml); println!("{d:?}"); let (_,d)=read(&format!("a = {deep}"),Format::Toml); println!("{d:?}");
  let many: String = (0..5000).map(|i| format!("x{i}: a: b\n")).collect(); let t=std::time::Instant::now(); let (_,d)=read(&many,Format::Yaml); println!("{} {:?}",d.len(), t.elapsed());
  let chain: String = std::iter::once("a0: &a0 [1]\n".to_string()).chain((1..500).map(|i| format!("a{i}: &a{i} [*a{}]\n",i-1))).collect();  let (_,d)=read(&chain,Format::Yaml); println!("{} {:?}",d.len(), d.first());
}
