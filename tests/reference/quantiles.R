# Reference values for quantiles, by R's package `survey` on the synthetic samples of reference.R.
#
#   Rscript tests/reference/quantiles.R        (from the project root; Debian: r-base-core r-cran-survey)
#
# writes quantiles.json. Replicate weights are read back from the files of reference.R, so that R and the package start
# from the same digits: with the weights in memory R finds other ties.

suppressPackageStartupMessages(library(survey))
HERE <- "tests/reference"
source(file.path(HERE, "json.R"))

# ---- data ----

levels_of <- list(persons = list(region = c("west", "north", "east", "south"), role = c("employee", "partner", "student"),
                                 plans = c("stay", "leave", "unsure"), permit = c("kennismigrant", "EU", "seasonal", "none")),
                  stages = list(kind = c("centre", "edge"), owner = c("no", "yes")),
                  pairs = list(region = c("west", "east"), permit = c("other", "seasonal")))
read_frame <- function(name, levels) {
  frame <- read.csv(file.path(HERE, "data", paste0(name, ".csv")), stringsAsFactors = FALSE)
  for (column in names(levels)) frame[[column]] <- factor(frame[[column]], levels = levels[[column]])
  frame
}
frames <- list(persons = read_frame("persons", levels_of$persons), stages = read_frame("stages", levels_of$stages),
               pairs = read_frame("pairs", levels_of$pairs), persons_lonely = read_frame("persons_lonely", levels_of$persons))

# ---- designs ----

designs <- list()
declare <- function(key, data, call, ...) {
  designs[[key]] <<- list(json = list(key = key, data = data, call = call, ...), object = function() {
    eval(parse(text = call), frames)
  })
}
declare("clusters", "persons", "svydesign(id=~psu, strata=~stratum, weights=~weight, fpc=~n_psu, nest=TRUE, data=persons)",
        ids = "psu", strata = "stratum", weights = "weight", fpc = "n_psu", nest = TRUE)
declare("clusters_wr", "persons", "svydesign(id=~district, strata=~stratum, weights=~weight, data=persons)",
        ids = "district", strata = "stratum", weights = "weight")
declare("unstratified", "persons", "svydesign(id=~district, weights=~weight, data=persons)",
        ids = "district", weights = "weight")
declare("elements", "persons", "svydesign(id=~1, strata=~region, weights=~weight, fpc=~n_region, data=persons)",
        ids = NULL, strata = "region", weights = "weight", fpc = "n_region")
declare("two_stages", "stages", paste0("svydesign(id=~town+neighbourhood, strata=~province, weights=~weight, ",
        "fpc=~n_town+n_neighbourhood, data=stages)"),
        ids = c("town", "neighbourhood"), strata = "province", weights = "weight", fpc = c("n_town", "n_neighbourhood"))
declare("stage_strata", "stages", paste0("svydesign(id=~town+neighbourhood, strata=~province+kind, weights=~weight, ",
        "fpc=~n_town+n_centre_edge, data=stages)"),
        ids = c("town", "neighbourhood"), strata = c("province", "kind"), weights = "weight",
        fpc = c("n_town", "n_centre_edge"))
declare("pairs", "pairs", "svydesign(id=~psu, strata=~stratum, weights=~weight, nest=TRUE, data=pairs)",
        ids = "psu", strata = "stratum", weights = "weight", nest = TRUE)
declare("lonely", "persons_lonely",
        "svydesign(id=~psu, strata=~stratum, weights=~weight, nest=TRUE, data=persons_lonely)",
        ids = "psu", strata = "stratum", weights = "weight", nest = TRUE)

# The scale of a replicate design comes from making it again; its weights from the file.
replicate <- function(key, from, arguments) {
  call <- sprintf("as.svrepdesign(des, %s)", arguments)
  RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  set.seed(20250101)
  made <- suppressWarnings(eval(parse(text = call), list(des = designs[[from]]$object())))
  file <- paste0("data/rep_", key, ".csv.gz")
  weights <- read.csv(gzfile(file.path(HERE, file)))
  data <- designs[[from]]$json$data
  object <- svrepdesign(weights = weights$w, repweights = as.matrix(weights[-1]), type = "other", scale = made$scale,
                        rscales = made$rscales, mse = isTRUE(made$mse), combined.weights = TRUE, data = frames[[data]])
  designs[[key]] <<- list(object = function() object, json = list(
    key = key, data = data, call = call, from_design = designs[[from]]$json$call, repweights = file, weight_column = "w",
    repweight_columns = sprintf("r1..r%d", ncol(weights) - 1), replicates = ncol(weights) - 1, type = made$type,
    scale = made$scale, rscales = as_list(made$rscales), mse = isTRUE(made$mse), rho = made$rho, combined_weights = TRUE,
    degf = degf(object)))
}
replicate("jk1", "unstratified", "type='JK1'")
replicate("jkn_mse", "clusters", "type='JKn', mse=TRUE")
replicate("brr", "pairs", "type='BRR'")
replicate("fay", "pairs", "type='Fay', fay.rho=0.3")
replicate("bootstrap", "clusters", "type='bootstrap', replicates=30")
replicate("subbootstrap", "clusters_wr", "type='subbootstrap', replicates=30, mse=TRUE")
replicate("mrbbootstrap", "two_stages", "type='mrbbootstrap', replicates=30")

# ---- values ----

by_variable <- function(found, des) {
  one <- function(m) list(quantiles = as_list(as.numeric(rownames(m))), estimate = as_list(m[, 1]),
                          ci_lower = as_list(m[, 2]), ci_upper = as_list(m[, 3]), se = as_list(m[, 4]))
  list(df = degf(des), variables = lapply(unclass(found)[names(found)], one))
}
by_domain <- function(found, des) {
  estimate <- as.vector(coef(found))
  se <- as.vector(SE(found))
  t <- qt(.975, degf(des))
  list(labels = as_list(rownames(found)), estimate = as_list(estimate), se = as_list(se), df = degf(des),
       ci_t_lower = as_list(estimate - t * se), ci_t_upper = as_list(estimate + t * se),
       ci_z_lower = as_list(estimate - qnorm(.975) * se), ci_z_upper = as_list(estimate + qnorm(.975) * se),
       vcov = diag(se^2, nrow = length(se)),
       groups = lapply(found[, attr(found, "svyby")$margins, drop = FALSE], function(g) as_list(as.character(g))))
}

cases <- list()
case <- function(part, design, call, spec, steps = NULL, options = NULL, note = NULL, tolerance = 1e-8) {
  kind <- paste0("quantile_", part)
  declared <- designs[[design]]
  base::options(survey.lonely.psu = "fail")
  do.call(base::options, as.list(options))
  des <- declared$object()
  for (step in steps) des <- eval(parse(text = step), c(list(des = des), frames))
  found <- suppressMessages(suppressWarnings(eval(parse(text = call), c(list(des = des), frames))))
  values <- suppressWarnings(if (inherits(found, "svyby")) by_domain(found, des) else by_variable(found, des))
  number <- sum(vapply(cases, function(one) one$kind == kind && one$design$key == design, TRUE)) + 1
  cases[[length(cases) + 1]] <<- list(
    id = sprintf("%s-%s-%03d", kind, design, number), kind = kind, data = sprintf("data/%s.csv", declared$json$data),
    design = declared$json, options = options, steps = if (!is.null(steps)) as_list(steps), call = call,
    spec = c(list(op = "quantile"), spec), values = values, tolerance = tolerance, note = note)
}

numbers <- function(q) sprintf("c(%s)", paste(q, collapse = ", "))
of_variable <- function(kind, design, y, q, rule = "math", interval = "mean", na_rm = FALSE, where = NULL, ...) {
  sample <- if (is.null(where)) "des" else sprintf("subset(des, %s)", where)
  call <- sprintf("svyquantile(~%s, %s, %s, qrule='%s', interval.type='%s'%s)", paste(y, collapse = "+"), sample, numbers(q),
                  rule, interval, if (na_rm) ", na.rm=TRUE" else "")
  spec <- list(vars = y, q = as_list(q), qrule = rule, ci = interval, na_rm = if (na_rm) "listwise" else FALSE)
  if (!is.null(where)) spec$where <- where
  case(kind, design, call, spec, ...)
}
of_domains <- function(kind, design, y, by, q, rule = "math", interval = "mean", na_rm = FALSE, ...) {
  call <- sprintf("svyby(~%s, ~%s, des, svyquantile, quantiles=%s, qrule='%s', interval.type='%s'%s, keep.var=TRUE)", y,
                  paste(by, collapse = "+"), q, rule, interval, if (na_rm) ", na.rm=TRUE" else "")
  spec <- list(vars = y, by = by, q = q, qrule = rule, ci = interval, na_rm = if (na_rm) "listwise" else FALSE)
  case(kind, design, call, spec, ...)
}

rules <- c("math", "school", "shahvaish", paste0("hf", 1:9))
for (rule in rules) {
  of_variable("rule", "clusters", "income", c(.1, .25, .5, .75, .9), rule)
  of_variable("rule", "elements", "rent", c(.15, .5, .85), rule, na_rm = TRUE)
  of_domains("rule_by", "clusters", "income", "role", .4, rule)
  # Whole numbers: many equal answers. Between two of them R's `hf4` misses them by rounding.
  if (rule != "hf4") of_variable("rule_ties", "two_stages", "size", c(.2, .5, .8), rule)
  of_variable("rule_ties", "clusters_wr", "hours", c(.05, .5, .95), rule, na_rm = TRUE)
}
for (design in c("clusters", "clusters_wr", "unstratified", "elements")) {
  for (interval in c("mean", "beta", "xlogit", "asin", "score")) {
    note <- if (interval == "score") "interval ends come from uniroot at its default tolerance"
    of_variable("interval", design, "income", c(.25, .5, .75), interval = interval, note = note)
    of_variable("interval", design, "income", c(.3, .6), interval = interval, where = "role=='employee'", note = note)
    of_variable("interval", design, "rent", .5, "hf6", interval = interval, na_rm = TRUE, note = note)
    of_domains("interval_by", design, "income", "plans", .55, interval = interval, note = note)
    of_domains("interval_by", design, "rent", "region", .45, "hf8", interval = interval, na_rm = TRUE, note = note)
  }
}
for (design in c("two_stages", "stage_strata")) {
  for (interval in c("mean", "beta", "score")) {
    of_variable("stages", design, "spending", c(.25, .5, .75), interval = interval)
    of_domains("stages_by", design, "spending", "owner", .5, interval = interval)
  }
  of_variable("stages", design, "spending", c(.2, .6), "hf5", "xlogit", where = "size>=2")
}
of_variable("variables", "clusters", c("rent", "hours"), c(.35, .65), na_rm = TRUE)
of_variable("variables", "clusters", c("income", "rent"), c(.35, .65), "hf7", na_rm = TRUE)
of_domains("two_by", "clusters", "income", c("region", "parttime"), .5)
of_domains("two_by", "pairs", "income", c("region", "permit"), .5, "hf5")
for (rule in c("remove", "certainty", "adjust", "average")) {
  setting <- list(survey.lonely.psu = rule)
  of_variable("lonely", "lonely", "income", c(.25, .5, .75), options = setting)
  of_domains("lonely_by", "lonely", "income", "role", .5, "hf4", options = setting)
}

by_region <- c(west = 2300, north = 900, east = 1000, south = 1400)
by_role <- c(employee = 2900, partner = 1600, student = 1100)
frame_of <- function(name, totals) {
  sprintf("data.frame(%s=c(%s), Freq=c(%s))", name, paste0("'", names(totals), "'", collapse = ","), paste(totals, collapse = ","))
}
adjusted <- list(
  list(step = sprintf("postStratify(des, ~region, %s)", frame_of("region", by_region)),
       weighting = list(op = "poststratify", by = "region", population = as.list(by_region))),
  list(step = sprintf("rake(des, list(~region, ~role), list(%s, %s), control=list(maxit=200, epsilon=1e-11))",
                      frame_of("region", by_region), frame_of("role", by_role)),
       weighting = list(op = "rake", margins = list(region = as.list(by_region), role = as.list(by_role)))))
for (one in adjusted) {
  spec <- list(weighting = as_list(list(one$weighting)))
  for (design in c("clusters", "elements")) {
    for (interval in c("mean", "xlogit")) {
      case("adjusted", design, sprintf("svyquantile(~income, des, c(.25,.5,.75), interval.type='%s')", interval),
           c(list(vars = "income", q = as_list(c(.25, .5, .75)), qrule = "math", ci = interval), spec), steps = one$step)
    }
    case("adjusted_by", design, "svyby(~income, ~plans, des, svyquantile, quantiles=.5, qrule='hf5', keep.var=TRUE)",
         c(list(vars = "income", by = "plans", q = .5, qrule = "hf5", ci = "mean"), spec), steps = one$step)
  }
}

for (design in c("jk1", "jkn_mse", "bootstrap", "subbootstrap")) {
  for (interval in c("mean", "quantile")) {
    for (rule in c("math", "school", "hf3", "hf4", "hf7", "hf8", "shahvaish")) {
      of_variable("replicates", design, "income", c(.25, .5, .75), rule, interval)
    }
    of_variable("replicates", design, "rent", .5, "math", interval, na_rm = TRUE)
    of_variable("replicates", design, "income", c(.4, .6), "hf6", interval, where = "parttime")
    of_domains("replicates_by", design, "income", "role", .45, "math", interval)
  }
}
for (design in c("brr", "fay")) {
  for (interval in c("mean", "quantile")) {
    of_variable("replicates", design, "income", c(.25, .5, .75), "math", interval)
    of_domains("replicates_by", design, "income", "region", .5, "hf2", interval)
  }
}
for (interval in c("mean", "quantile")) {
  of_variable("replicates", "mrbbootstrap", "spending", c(.25, .5, .75), "math", interval)
  of_domains("replicates_by", "mrbbootstrap", "spending", "kind", .5, "hf9", interval)
}

source_text <- sprintf("R survey %s, %s", packageVersion("survey"), R.version.string)
about <- list(source = source_text, script = "tests/reference/quantiles.R", data = "synthetic, made by tests/reference/synthetic.R")
writeLines(c(sub("}$", ",", to_json(about)), '"cases": [', paste(vapply(cases, to_json, ""), collapse = ",\n"), "]}"),
           file.path(HERE, "quantiles.json"))
cat(length(cases), "cases,", source_text, "\n")
