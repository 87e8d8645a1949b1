//! Words that say nothing of what a guide is about.
//!
//! Matched in lower case before plurals are folded.

use std::sync::OnceLock;

use rustc_hash::FxHashSet;

/// Whether a lower-case word is one.
pub(super) fn is_stop_word(word: &str) -> bool {
    static WORDS: OnceLock<FxHashSet<&'static str>> = OnceLock::new();
    WORDS
        .get_or_init(|| {
            [ENGLISH, MAINTENANCE]
                .iter()
                .flat_map(|list| list.split_whitespace())
                .collect()
        })
        .contains(word)
}

/// The small words of English, and what is left of contractions.
const ENGLISH: &str = "\
a able about above across actually after again against all almost alone along already also \
although always am among an and another any anyone anything anyway are aren around as aside at \
away back be became because become becomes been before behind being below beneath beside besides \
best better between beyond both but by came can cannot come comes could couldn did didn do does \
doesn doing don done down due during each e.g eg either else elsewhere enough especially etc even \
ever every everyone everything exactly far few fewer first for former four from further gave get \
gets getting give given gives giving go goes going gone got had hadn happen happens has hasn have \
haven having he hence her here hers herself him himself his how however i i.e ie if in indeed \
inside instead into is isn it its itself just keep keeps kept know known last later latter least \
less let lets like likely ll long longer made mainly make makes making many may maybe me mean \
meanwhile means might mine more moreover most mostly much must my myself near nearly need needed \
needs neither never next no nobody non none nor not nothing now nowhere of off often ok okay on \
once one ones only onto or other others otherwise ought our ours ourselves out outside over own \
particular particularly per perhaps please possible possibly probably put puts quite rather re \
really same said say says second see seem seems seen self several shall she should shouldn simple \
simply since so some somehow someone something sometimes somewhere soon still such sure take \
taken takes than that the their theirs them themselves then there thereby therefore these they \
thing things third this those though three through throughout thus till to together too toward \
towards tried try trying turn two under unless unlike until up upon us use used useful user uses \
using usual usually various ve very via want wants was wasn way ways we well went were weren what \
whatever when whenever where whereas wherever whether which while who whole whom whose why will \
with within without won would wouldn yes yet you your yours yourself yourselves zero";

/// What stands in every guide: the words of steps, of talk about the text and
/// of trouble in general.
const MAINTENANCE: &str = "\
action actions additional additionally address affect affected affects alert alerts allow allows \
answer answers appear appears applied apply article ask author based basic begin below behavior \
behaviour bug call called case cases cause caused causes causing caution change changed changes \
check checked checking checks click close command commands common complete completed conclusion \
condition conditions confirm consider contact contain contains content context correct correctly \
create created creates creating currently date default define defined depending describe described \
description detail detailed details detect detected determine diagnose diagnosis diagnostic \
different directly display doc docs document documentation documented documents double ensure \
error errors etc example examples execute expect expected explain expression fact fail failed \
failing fails failure failures fill find fine fire fired fires firing fix fixed fixes follow \
followed following follows found full general good guide guides handle happened help helps high \
hint hour hours identify image images immediately impact important include included includes \
including increase increased indicate indicates info information initial inspect install \
introduction investigate investigation issue issues item items kind large left level line link \
links list listed lists look looking low main manual manually meaning meantime method minor \
minute minutes mitigate mitigation mode month months move name named names necessary new normal \
normally note notes notice number numbers object old open optional option options order original \
output overview page part parts people perform performed place point possibly potential \
prerequisite prerequisites present prevent previous previously print problem problems procedure \
proceed process provide provided provides question questions quick reach read reading reason \
reasons recent recently recommended refer reference references related relevant remain remaining \
remove removed report reported require required requirements requires resolution resolve resolved \
response restore result results return returned returns review right root run runbook runbooks \
running runs safe safely sample save scenario section select send sent set sets setting settings \
severity short show showing shown shows side similar single situation small solution solve \
solved sort source specific specified specify start started starting state states status step \
steps stop stopped successful successfully summary support supported symptom symptoms table tell \
temporarily term test tested text think time times tip title tool tools top topic total trigger \
triggered troubleshoot troubleshooting true type types typical typically unable understand \
unexpected update updated usage valid value values verification verified verify view wait want \
warning warnings watch week weeks work working works write wrong year years false day days \
critical";
