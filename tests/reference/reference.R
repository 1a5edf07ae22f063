# Reference values for the survey estimators, made by R's package `survey` on synthetic data.
#
#   Rscript tests/reference/reference.R        (from the project root; Debian: r-base-core r-cran-survey)
#
# writes tests/reference/data/*.csv(.gz), data/dictionary.json and cases.json, in the format that conformance.py runs.
# The data are invented by synthetic.R, free to redistribute, and say nothing about anybody.

suppressPackageStartupMessages(library(survey))
HERE <- "tests/reference"
source(file.path(HERE, "json.R"))
source(file.path(HERE, "synthetic.R"))

# ---- data ----

frames <- list()
frames$persons <- make_persons()
frames$persons_lonely <- make_lonely(frames$persons)
frames$stages <- make_stages()
frames$panel <- make_panel(frames$persons)
frames$pairs <- make_pairs()
dictionary <- lapply(frames, function(frame) list(rows = nrow(frame), columns = lapply(frame, column_type)))
for (name in names(frames)) frames[[name]] <- store(frames[[name]], file.path(HERE, "data", paste0(name, ".csv")))

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
declare("fractions", "persons", "svydesign(id=~psu, strata=~stratum, weights=~weight, fpc=~share_psu, nest=TRUE, data=persons)",
        ids = "psu", strata = "stratum", weights = "weight", fpc = "share_psu", nest = TRUE)
declare("probabilities", "persons", "svydesign(id=~district, strata=~stratum, probs=~prob, data=persons)",
        ids = "district", strata = "stratum", weights = "(1/prob)")
declare("unstratified", "persons", "svydesign(id=~district, weights=~weight, data=persons)",
        ids = "district", weights = "weight")
declare("elements", "persons", "svydesign(id=~1, strata=~region, fpc=~n_region, data=persons)",
        ids = NULL, strata = "region", weights = "(from fpc)", fpc = "n_region")
declare("simple", "persons", "svydesign(id=~1, fpc=~n_all, data=persons)", ids = NULL, weights = "(from fpc)", fpc = "n_all")
declare("equal", "persons", "svydesign(id=~district, strata=~stratum, probs=~1, data=persons)",
        ids = "district", strata = "stratum", weights = "(1)")
declare("two_stages", "stages", paste0("svydesign(id=~town+neighbourhood, strata=~province, weights=~weight, ",
        "fpc=~n_town+n_neighbourhood, data=stages)"),
        ids = c("town", "neighbourhood"), strata = "province", weights = "weight", fpc = c("n_town", "n_neighbourhood"))
declare("three_stages", "stages", paste0("svydesign(id=~municipality+neighbourhood+household, strata=~province, nest=TRUE, ",
        "fpc=~n_town+n_neighbourhood+n_household, data=stages)"),
        ids = c("municipality", "neighbourhood", "household"), strata = "province", weights = "(from fpc)",
        fpc = c("n_town", "n_neighbourhood", "n_household"), nest = TRUE)
declare("stage_strata", "stages", paste0("svydesign(id=~town+neighbourhood, strata=~province+kind, weights=~weight, ",
        "fpc=~n_town+n_centre_edge, data=stages)"),
        ids = c("town", "neighbourhood"), strata = c("province", "kind"), weights = "weight",
        fpc = c("n_town", "n_centre_edge"))
declare("stages_wr", "stages", "svydesign(id=~town+neighbourhood, strata=~province, weights=~weight, data=stages)",
        ids = c("town", "neighbourhood"), strata = "province", weights = "weight")
declare("lonely", "persons_lonely",
        "svydesign(id=~psu, strata=~stratum, weights=~weight, nest=TRUE, data=persons_lonely)",
        ids = "psu", strata = "stratum", weights = "weight", nest = TRUE)
declare("lonely_fpc", "persons_lonely",
        "svydesign(id=~psu, strata=~stratum, weights=~weight, fpc=~n_psu, nest=TRUE, data=persons_lonely)",
        ids = "psu", strata = "stratum", weights = "weight", fpc = "n_psu", nest = TRUE)
declare("panel", "panel", "svydesign(id=~district, strata=~stratum, weights=~weight, data=panel)",
        ids = "district", strata = "stratum", weights = "weight", wave = "wave")
declare("panel_persons", "panel", "svydesign(id=~person, weights=~weight, data=panel)",
        ids = "person", weights = "weight", wave = "wave", note = "the person is the primary unit")
declare("pairs", "pairs", "svydesign(id=~psu, strata=~stratum, weights=~weight, nest=TRUE, data=pairs)",
        ids = "psu", strata = "stratum", weights = "weight", nest = TRUE)
declare("not_nested", "persons", "svydesign(id=~psu, strata=~stratum, weights=~weight, data=persons)",
        ids = "psu", strata = "stratum", weights = "weight")
declare("small_population", "persons", "svydesign(id=~psu, strata=~stratum, weights=~weight, fpc=~psu, nest=TRUE, data=persons)",
        ids = "psu", strata = "stratum", weights = "weight", fpc = "psu", nest = TRUE)

# A replicate design: the weights go to a file, and the case tells only what a user who got that file would know.
replicate <- function(key, from, arguments, multipliers = FALSE) {
  call <- sprintf("as.svrepdesign(des, %s)", arguments)
  RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  set.seed(20250101)
  made <- suppressWarnings(eval(parse(text = call), list(des = designs[[from]]$object())))
  analysis <- if (multipliers) weights(made, "replication") else weights(made, "analysis")
  columns <- as.data.frame(cbind(weights(made, "sampling"), as.matrix(analysis)))
  names(columns) <- c("w", paste0("r", seq_len(ncol(columns) - 1)))
  file <- paste0("data/rep_", key, ".csv.gz")
  connection <- gzfile(file.path(HERE, file), open = "wb")
  columns[] <- lapply(columns, format_number)
  write.table(columns, connection, sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
  close(connection)
  designs[[key]] <<- list(object = function() made, json = list(
    key = key, data = designs[[from]]$json$data, call = call, from_design = designs[[from]]$json$call,
    repweights = file, weight_column = "w", repweight_columns = sprintf("r1..r%d", ncol(columns) - 1),
    replicates = ncol(columns) - 1, type = made$type, scale = made$scale, rscales = as_list(made$rscales),
    mse = isTRUE(made$mse), rho = made$rho, combined_weights = !multipliers, degf = degf(made)))
}
replicate("jk1", "unstratified", "type='JK1'")
replicate("jk1_multipliers", "unstratified", "type='JK1'", multipliers = TRUE)
replicate("jkn", "clusters", "type='JKn'")
replicate("jkn_mse", "clusters", "type='JKn', mse=TRUE")
replicate("brr", "pairs", "type='BRR'")
replicate("brr_mse", "pairs", "type='BRR', mse=TRUE")
replicate("fay", "pairs", "type='Fay', fay.rho=0.3")
replicate("bootstrap", "clusters", "type='bootstrap', replicates=30")
replicate("subbootstrap", "clusters_wr", "type='subbootstrap', replicates=30, mse=TRUE")
replicate("mrbbootstrap", "two_stages", "type='mrbbootstrap', replicates=30")

# ---- values ----

flat <- function(x) as.vector(as.matrix(x))
interval_values <- function(estimate, se, df) {
  list(ci_t_lower = as_list(estimate - qt(.975, df) * se), ci_t_upper = as_list(estimate + qt(.975, df) * se),
       ci_z_lower = as_list(estimate - qnorm(.975) * se), ci_z_upper = as_list(estimate + qnorm(.975) * se))
}
# Values made by hand, where R has no single call: estimates and their covariance matrix.
by_hand <- function(estimate, covariance, df) {
  se <- sqrt(diag(as.matrix(covariance)))
  c(list(estimate = as_list(estimate), se = as_list(se), df = df), interval_values(estimate, se, df),
    list(vcov = as.matrix(covariance)))
}
values_of <- function(x, des) {
  if (is.list(x) && !is.data.frame(x) && !inherits(x, "svyratio")) return(x)
  if (inherits(x, "svyciprop")) {
    ends <- as.vector(attr(x, "ci"))
    return(list(estimate = as.vector(x), se = as.vector(SE(x)), ci_lower = ends[1], ci_upper = ends[2], df = degf(des)))
  }
  estimate <- as.vector(coef(x))
  se <- flat(SE(x))
  labels <- if (!is.null(names(coef(x)))) list(labels = as_list(names(coef(x))))
  values <- c(labels, list(estimate = as_list(estimate), se = as_list(se), df = degf(des)),
              interval_values(estimate, se, degf(des)))
  effect <- if (inherits(x, "svyby")) (if (isFALSE(attr(x, "svyby")$deffs)) NULL else deff(x)) else attr(x, "deff")
  if (!is.null(effect)) {
    effect <- if (is.matrix(effect)) diag(effect) else flat(effect)
    # Weights that add up to the sample: R divides by the zero variance of a census.
    values$deff <- as_list(ifelse(is.finite(effect), effect, NA))
  }
  if (length(estimate) > 1) values$vcov <- suppressWarnings(as.matrix(vcov(x)))
  if (inherits(x, "svyby")) {
    values$groups <- lapply(x[, attr(x, "svyby")$margins, drop = FALSE], function(g) as_list(as.character(g)))
  }
  values
}

without_intervals <- function(x, des) {
  values <- values_of(x, des)
  values[!grepl("^ci_", names(values))]
}

# Covariance of columns of influence values (one row a person), with the design's rules.
recvar <- function(influence, des) svyrecvar(influence, des$cluster, des$strata, des$fpc)
mean_influence <- function(y, inside, des) {
  w <- ifelse(inside & !is.na(y), 1 / des$prob, 0)
  y[is.na(y)] <- 0
  list(estimate = sum(w * y) / sum(w), influence = w * (y - sum(w * y) / sum(w)) / sum(w))
}
means_by_hand <- function(des, pairs) {
  parts <- lapply(pairs, function(pair) mean_influence(pair$y, pair$inside, des))
  by_hand(vapply(parts, `[[`, 0, "estimate"), recvar(sapply(parts, `[[`, "influence"), des), degf(des))
}
# Each variable on its own respondents; R's svymean takes complete rows only.
means_per_variable <- function(des, names) {
  means_by_hand(des, lapply(names, function(name) list(y = des$variables[[name]], inside = TRUE)))
}
# Domain means and the mean of all, with their joint covariance.
means_with_margin <- function(des, y, by) {
  groups <- levels(des$variables[[by]])
  pairs <- lapply(groups, function(g) list(y = des$variables[[y]], inside = des$variables[[by]] == g))
  values <- means_by_hand(des, c(pairs, list(list(y = des$variables[[y]], inside = TRUE))))
  values$groups <- setNames(list(as_list(c(groups, NA))), by)
  values
}
# Totals with lonely PSUs under "adjust". R survey 4.1-1 leaves the score of a lonely PSU as it is; 4.3 and later subtract
# the mean of all PSU scores, as its documentation says, and that is what is computed here.
total_adjusted <- function(des, y) {
  score <- des$variables[[y]] / des$prob
  psus <- aggregate(score, list(psu = des$cluster[, 1], stratum = des$strata[, 1]), sum)
  centre <- sum(score) / nrow(psus)
  v <- sum(vapply(split(psus$x, psus$stratum), function(z) {
    if (length(z) == 1) (z - centre)^2 else length(z) / (length(z) - 1) * sum((z - mean(z))^2)
  }, 0))
  by_hand(sum(score), v, degf(des))
}
# Change of a mean between two waves taken as independent samples: the variances add.
independent_change <- function(des, y, wave) {
  means <- lapply(c(1, 2), function(k) svymean(reformulate(y), des[des$variables[[wave]] == k, ]))
  list(estimate = as.vector(coef(means[[2]]) - coef(means[[1]])),
       se = as.vector(sqrt(SE(means[[1]])^2 + SE(means[[2]])^2)))
}

# ---- cases ----

cases <- list()
evaluate <- function(design, call, options) {
  old <- do.call("options", if (is.null(options)) list() else options)
  on.exit(base::options(old))
  tryCatch({
    des <- designs[[design]]$object()
    # The calls see this script's functions, and `des`.
    suppressWarnings(values_of(eval(parse(text = call), list(des = des)), des))
  }, error = function(e) list(error = conditionMessage(e)))
}
case <- function(kind, design, call, spec, options = NULL, tolerance = 1e-8, note = NULL) {
  values <- evaluate(design, call, options)
  if (!is.null(values$error) && !grepl("^error", kind)) stop(kind, " ", design, " ", call, ": ", values$error)
  cases[[length(cases) + 1]] <<- list(
    id = sprintf("%s-%s-%03d", kind, design, length(cases) + 1), kind = kind,
    data = paste0("data/", designs[[design]]$json$data, ".csv"), design = designs[[design]]$json, steps = NULL,
    options = options, call = call, spec = spec, note = note, tolerance = tolerance, values = values)
}

for (design in c("clusters", "clusters_wr", "fractions", "probabilities", "unstratified", "elements", "simple", "equal")) {
  case("mean", design, "svymean(~income, des, deff=TRUE)", list(op = "mean", vars = "income", deff = TRUE))
  case("total", design, "svytotal(~income, des, deff=TRUE)", list(op = "total", vars = "income", deff = TRUE))
  case("ratio", design, "svyratio(~rent, ~income, des, na.rm=TRUE)",
       list(op = "ratio", num = "rent", den = "income", na_rm = TRUE))
  case("proportion", design, "svymean(~plans, des)", list(op = "proportion", vars = "plans"))
  case("count", design, "svytotal(~role, des)", list(op = "count", vars = "role"))
  case("variance", design, "svyvar(~income, des)", list(op = "variance", vars = "income"))
  case("by_mean", design, "svyby(~income, ~role, des, svymean, covmat=TRUE)", list(op = "mean", vars = "income", by = "role"))
}
for (design in c("two_stages", "three_stages", "stage_strata", "stages_wr")) {
  case("stages_mean", design, "svymean(~spending+size, des, deff=TRUE)",
       list(op = "mean", vars = c("spending", "size"), deff = TRUE))
  case("stages_total", design, "svytotal(~spending, des, deff='replace')",
       list(op = "total", vars = "spending", deff = "replace"))
  case("stages_ratio", design, "svyratio(~spending, ~size, des)", list(op = "ratio", num = "spending", den = "size"))
  case("stages_proportion", design, "svymean(~owner, des)", list(op = "proportion", vars = "owner"))
  case("stages_count", design, "svyby(~one, ~kind, update(des, one=1), svytotal, covmat=TRUE)",
       list(op = "count", by = "kind"))
  case("stages_variance", design, "svyvar(~spending, des)", list(op = "variance", vars = "spending"))
  case("stages_by", design, "svyby(~spending, ~kind+owner, des, svymean, covmat=TRUE)",
       list(op = "mean", vars = "spending", by = c("kind", "owner")))
}
for (design in c("two_stages", "three_stages")) {
  case("ultimate_cluster", design, "svymean(~spending, des)", list(op = "mean", vars = "spending", ultimate_cluster = TRUE),
       options = list(survey.ultimate.cluster = TRUE))
}

case("mean_offset", "clusters", "svymean(~distant, des)", list(op = "mean", vars = "distant"),
     note = "income + 1e9: one-pass sums of squares lose this standard error")
case("mean_constant", "clusters", "svymean(~fixed, des)", list(op = "mean", vars = "fixed"))
case("mean_deff", "clusters", "svymean(~income+hours, des, na.rm=TRUE, deff='replace')",
     list(op = "mean", vars = c("income", "hours"), na_rm = "listwise", deff = "replace"))
case("total_deff", "clusters", "svytotal(~rent, des, na.rm=TRUE, deff='replace')",
     list(op = "total", vars = "rent", na_rm = TRUE, deff = "replace"))
case("ratio_deff", "clusters", "svyratio(~satisfied, ~income, des, deff=TRUE)",
     list(op = "ratio", num = "satisfied", den = "income", deff = TRUE))
case("proportion_deff", "clusters", "svymean(~role+plans, des, deff=TRUE)",
     list(op = "proportion", vars = c("role", "plans"), deff = TRUE))
case("by_deff", "clusters", "svyby(~income, ~role, des, svymean, deff=TRUE)",
     list(op = "mean", vars = "income", by = "role", deff = TRUE))

for (design in c("clusters", "clusters_wr")) {
  case("missing_listwise", design, "svymean(~rent+hours+moving, des, na.rm=TRUE)",
       list(op = "mean", vars = c("rent", "hours", "moving"), na_rm = "listwise"))
  case("missing_per_variable", design, "means_per_variable(des, c('rent', 'hours', 'moving'))",
       list(op = "mean", vars = c("rent", "hours", "moving"), na_rm = "per_variable"),
       note = "covariance of the influence values by svyrecvar")
  case("missing_by", design, "svyby(~rent, ~role, des, svymean, na.rm=TRUE)",
       list(op = "mean", vars = "rent", by = "role", na_rm = TRUE))
  case("missing_total", design, "svytotal(~hours, des, na.rm=TRUE)", list(op = "total", vars = "hours", na_rm = TRUE))
  case("missing_variance", design, "svyvar(~rent, subset(des, !is.na(rent)))", list(op = "variance", vars = "rent", na_rm = TRUE),
       note = "with na.rm=TRUE R's n/(n-1) also counts the rows without an answer")
  case("missing_group", design, "svyby(~income, ~moving, des, svymean, covmat=TRUE)",
       list(op = "mean", vars = "income", by = "moving"), note = "rows without a group are in none")
}

for (design in c("clusters", "elements")) {
  case("by_two", design, "svyby(~income, ~role+region, des, svymean, covmat=TRUE)",
       list(op = "mean", vars = "income", by = c("role", "region")))
  case("by_variables", design, "svyby(~income+satisfied, ~region, des, svymean, covmat=TRUE)",
       list(op = "mean", vars = c("income", "satisfied"), by = "region"))
  case("by_total", design, "svyby(~income, ~role+parttime, des, svytotal, covmat=TRUE)",
       list(op = "total", vars = "income", by = c("role", "parttime")))
  case("by_ratio", design, "svyby(~satisfied, ~role, denominator=~income, des, svyratio, covmat=TRUE)",
       list(op = "ratio", num = "satisfied", den = "income", by = "role"))
  case("by_proportion", design, "svyby(~plans, ~role, des, svymean, covmat=TRUE)",
       list(op = "proportion", vars = "plans", by = "role"))
  case("by_count", design, "svyby(~plans, ~role, des, svytotal, covmat=TRUE)", list(op = "count", vars = "plans", by = "role"))
  case("by_variance", design, "svyby(~income, ~role, des, svyvar)", list(op = "variance", vars = "income", by = "role"))
  case("by_margin", design, "means_with_margin(des, 'income', 'region')",
       list(op = "mean", vars = "income", by = "region", margins = TRUE),
       note = "covariance of the influence values by svyrecvar; the last row is the mean of all")
  case("joint", design, "svymean(~interaction(role, parttime), des)",
       list(op = "proportion", vars = "role x parttime (joint)"))
  case("empty_level", design, "without_intervals(svymean(~permit, des), des)", list(op = "proportion", vars = "permit"),
       note = "nobody has the last level: R's interval is then the point 0, ours the exact one, so it is not compared")
}

# Sizes of strata are known, so their standard errors are 0.
case("strata_count", "elements", "svytotal(~region, des)", list(op = "count", vars = "region"))
case("strata_count", "elements", "svyby(~one, ~region, update(des, one=1), svytotal)", list(op = "count", by = "region"))
case("strata_proportion", "elements", "without_intervals(svymean(~region, des), des)", list(op = "proportion", vars = "region"))

for (where in c("role=='partner'", "region!='west' & income>=2500", "is.na(rent) | hours<20",
                "!is.na(hours) & !(parttime==TRUE)", "plans %in% c('stay', 'leave')")) {
  case("where_mean", "clusters", sprintf("svymean(~income, subset(des, %s), deff=TRUE)", where),
       list(op = "mean", vars = "income", where = where, deff = TRUE))
  case("where_total", "clusters", sprintf("svytotal(~income, subset(des, %s))", where),
       list(op = "total", vars = "income", where = where))
}
case("where_ratio", "two_stages", "svyratio(~spending, ~size, subset(des, owner=='yes'))",
     list(op = "ratio", num = "spending", den = "size", where = "owner=='yes'"))
case("where_by", "clusters", "svyby(~income, ~role, subset(des, region=='east'), svymean, covmat=TRUE)",
     list(op = "mean", vars = "income", by = "role", where = "region=='east'"))
case("where_proportion", "clusters_wr", "svymean(~plans, subset(des, hours>30))",
     list(op = "proportion", vars = "plans", where = "hours>30"))

for (design in c("clusters", "unstratified", "jkn", "bootstrap")) {
  for (event in c("satisfied==1", "moving==1", "income>4500")) {
    for (method in c("logit", "xlogit", "beta", "asin", "mean", "likelihood")) {
      # R has no likelihood interval for replicate weights; and where a replicate has no event its logit is not finite.
      if (design %in% c("jkn", "bootstrap") && (method == "likelihood" || event == "income>4500")) next
      fitted <- method == "logit" && design %in% c("jkn", "bootstrap")
      case("interval", design, sprintf("svyciprop(~I(%s), des, method='%s', na.rm=TRUE)", event, method),
           list(op = "proportion", event = event, ci_method = method, na_rm = TRUE),
           tolerance = if (method == "likelihood") 1e-3 else if (fitted) 1e-6 else 1e-8,
           note = if (method == "likelihood") "interval ends come from R's interpolated likelihood profile"
                  else if (fitted) "R fits a logistic regression in every replicate, and stops at 1e-8 of its deviance")
    }
  }
}

for (rule in c("remove", "certainty", "adjust", "average")) {
  setting <- list(survey.lonely.psu = rule)
  for (design in c("lonely", "lonely_fpc")) {
    case("lonely_mean", design, "svymean(~income, des)", list(op = "mean", vars = "income", lonely = rule), options = setting)
    case("lonely_proportion", design, "svymean(~plans, des)", list(op = "proportion", vars = "plans", lonely = rule),
         options = setting)
    case("lonely_by", design, "svyby(~income, ~role, des, svymean, covmat=TRUE)",
         list(op = "mean", vars = "income", by = "role", lonely = rule), options = setting)
  }
  total <- if (rule == "adjust") "total_adjusted(des, 'income')" else "svytotal(~income, des)"
  case("lonely_total", "lonely", total, list(op = "total", vars = "income", lonely = rule), options = setting,
       note = if (rule == "adjust") "by hand: R survey 4.1-1 does not centre; 4.3 and later do")
}
case("error_lonely", "lonely", "svymean(~income, des)", list(op = "mean", vars = "income", lonely = "fail"),
     options = list(survey.lonely.psu = "fail"))
case("error_nesting", "not_nested", "svymean(~income, des)", list(op = "mean", vars = "income"))
case("error_fpc", "small_population", "svymean(~income, des)", list(op = "mean", vars = "income"))

contrasts <- list(
  list(expression = "c(west=1, north=-1, east=0, south=0)", contrast = "west-north", op = "difference"),
  list(expression = "c(west=1, north=-0.5, east=-0.5, south=0)", contrast = "west-(north+east)/2", op = "difference"),
  list(expression = "quote(west/north)", contrast = "west/north (delta method)", op = "ratio of domain means"),
  list(expression = "quote(log(west)-log(south))", contrast = "log(west)-log(south) (delta method)", op = "difference"),
  list(expression = "quote((west-east)/(north+south))", contrast = "(west-east)/(north+south) (delta method)",
       op = "ratio of domain means"))
for (design in c("clusters", "elements", "jkn", "bootstrap")) {
  for (one in contrasts) {
    case("contrast", design, sprintf("svycontrast(svyby(~income, ~region, des, svymean, covmat=TRUE), %s)", one$expression),
         list(op = one$op, vars = "income", by = "region", contrast = one$contrast))
  }
}
case("contrast_total", "clusters", "svycontrast(svyby(~income, ~role, des, svytotal, covmat=TRUE), c(employee=1, partner=-1, student=0))",
     list(op = "difference", stat = "total", vars = "income", by = "role", contrast = "employee-partner"))
case("contrast_variables", "clusters", "svycontrast(svymean(~income+hours, des, na.rm=TRUE), c(income=1, hours=-40))",
     list(op = "difference", vars = c("income", "hours"), na_rm = "listwise"))

for (design in c("panel", "panel_persons")) {
  for (stat in c("svymean", "svytotal")) {
    for (end in list(list(op = "change", by = "c(`2`=1, `1`=-1)"), list(op = "relative change", by = "quote(`2`/`1`-1)"))) {
      case("wave_change", design, sprintf("svycontrast(svyby(~income, ~wave, des, %s, covmat=TRUE), %s)", stat, end$by),
           list(op = end$op, stat = sub("svy", "", stat), vars = "income", wave = "wave"))
    }
  }
  case("wave_change", design,
       "svycontrast(svyby(~income, ~wave, denominator=~hours, des, svyratio, covmat=TRUE), c(`2`=1, `1`=-1))",
       list(op = "change", stat = "ratio", num = "income", den = "hours", wave = "wave"))
  case("wave_change", design,
       "svycontrast(svyby(~satisfied, ~wave, subset(des, role=='partner'), svymean, covmat=TRUE), c(`2`=1, `1`=-1))",
       list(op = "change", stat = "mean", vars = "satisfied", wave = "wave", where = "role=='partner'"))
  case("wave_change", design,
       "svycontrast(svyby(~I(as.numeric(satisfied==1)), ~wave, des, svymean, covmat=TRUE), c(`2`=1, `1`=-1))",
       list(op = "change", stat = "proportion", event = "satisfied==1", wave = "wave"))
}
case("wave_samples", "panel", "svycontrast(svyby(~income, ~wave, des, svymean, covmat=TRUE), c(`2`=1, `1`=-1))",
     list(op = "change", stat = "mean", vars = "income", wave = "wave", samples = "shared"),
     note = "the same value from two files, one a wave, that share their districts")
case("wave_samples", "panel", "independent_change(des, 'income', 'wave')",
     list(op = "change", stat = "mean", vars = "income", wave = "wave", samples = "independent"),
     note = "the two waves taken as independent samples: the variances add")

replicate_cases <- function(design, y, ratio, event, by) {
  case("rep_mean", design, sprintf("svymean(~%s, des)", y), list(op = "mean", vars = y))
  case("rep_total", design, sprintf("svytotal(~%s, des)", y), list(op = "total", vars = y))
  case("rep_ratio", design, sprintf("svyratio(~%s, ~%s, des)", y, ratio), list(op = "ratio", num = y, den = ratio))
  case("rep_by", design, sprintf("svyby(~%s, ~%s, des, svymean, covmat=TRUE)", y, by), list(op = "mean", vars = y, by = by))
  case("rep_proportion", design, sprintf("svymean(~%s, des)", by), list(op = "proportion", vars = by))
  case("rep_count", design, sprintf("svytotal(~%s, des)", by), list(op = "count", vars = by))
  case("rep_variance", design, sprintf("svyvar(~%s, des)", y), list(op = "variance", vars = y))
  case("rep_interval", design, sprintf("svyciprop(~I(%s), des, method='logit')", event),
       list(op = "proportion", event = event, ci_method = "logit"))
  case("rep_where", design, sprintf("svymean(~%s, subset(des, %s))", y, event), list(op = "mean", vars = y, where = event))
}
for (design in c("jk1", "jk1_multipliers", "jkn", "jkn_mse", "bootstrap", "subbootstrap")) {
  replicate_cases(design, "income", "satisfied", "satisfied==1", "role")
}
for (design in c("brr", "brr_mse", "fay")) replicate_cases(design, "income", "hours", "satisfied==1", "region")
replicate_cases("mrbbootstrap", "spending", "size", "owner=='yes'", "kind")
for (design in c("brr", "brr_mse", "fay")) {
  case("rep_empty", design, "svyby(~income, ~permit, des, svymean)", list(op = "mean", vars = "income", by = "permit"),
       note = "a domain of two districts: half-samples with neither are left out")
}

writeLines(to_json(dictionary), file.path(HERE, "data", "dictionary.json"))
source_text <- sprintf("R survey %s, %s", packageVersion("survey"), R.version.string)
about <- list(source = source_text, script = "tests/reference/reference.R", data = "synthetic, made by tests/reference/synthetic.R")
writeLines(c(sub("}$", ",", to_json(about)), '"cases": [', paste(vapply(cases, to_json, ""), collapse = ",\n"), "]}"),
           file.path(HERE, "cases.json"))
cat(length(cases), "cases,", source_text, "\n")
