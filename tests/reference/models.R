# Reference values for models with design-based errors and average marginal effects, made by R's package `survey` on the
# synthetic data of reference.R.
#
#   Rscript tests/reference/models.R        (from the project root, after reference.R; Debian: r-base-core r-cran-survey)
#
# writes tests/reference/models.json, in the format that conformance.py runs.

suppressPackageStartupMessages(library(survey))
HERE <- "tests/reference"
source(file.path(HERE, "json.R"))
source(file.path(HERE, "synthetic.R"))

# ---- data: as stored, with the levels of the generator ----

stored <- function(name, frame) {
  read <- read.csv(file.path(HERE, "data", paste0(name, ".csv")), stringsAsFactors = FALSE, check.names = FALSE)
  for (column in names(frame)[vapply(frame, is.factor, logical(1))]) {
    read[[column]] <- factor(read[[column]], levels = levels(frame[[column]]))
  }
  read
}
persons <- make_persons()
made <- list(persons = persons, persons_lonely = make_lonely(persons), stages = make_stages(), pairs = make_pairs())
frames <- Map(stored, names(made), made)

# ---- designs ----

designs <- list()
declare <- function(key, data, call, ...) {
  designs[[key]] <<- list(json = list(key = key, data = data, call = call, ...),
                          object = function() eval(parse(text = call), frames))
}
declare("clusters", "persons", "svydesign(id=~psu, strata=~stratum, weights=~weight, fpc=~n_psu, nest=TRUE, data=persons)",
        ids = "psu", strata = "stratum", weights = "weight", fpc = "n_psu", nest = TRUE)
declare("clusters_wr", "persons", "svydesign(id=~district, strata=~stratum, weights=~weight, data=persons)",
        ids = "district", strata = "stratum", weights = "weight")
declare("unstratified", "persons", "svydesign(id=~district, weights=~weight, data=persons)",
        ids = "district", weights = "weight")
declare("probabilities", "persons", "svydesign(id=~district, strata=~stratum, probs=~prob, data=persons)",
        ids = "district", strata = "stratum", weights = "(1/prob)")
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
declare("lonely", "persons_lonely",
        "svydesign(id=~psu, strata=~stratum, weights=~weight, nest=TRUE, data=persons_lonely)",
        ids = "psu", strata = "stratum", weights = "weight", nest = TRUE)
declare("pairs", "pairs", "svydesign(id=~psu, strata=~stratum, weights=~weight, nest=TRUE, data=pairs)",
        ids = "psu", strata = "stratum", weights = "weight", nest = TRUE)

# The replicate weights that reference.R stored: made again in the same way, so that R has their scales.
replicate <- function(key, from, arguments, multipliers = FALSE) {
  call <- sprintf("as.svrepdesign(des, %s)", arguments)
  RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  set.seed(20250101)
  made <- suppressWarnings(eval(parse(text = call), list(des = designs[[from]]$object())))
  count <- ncol(weights(made, "analysis"))
  designs[[key]] <<- list(object = function() made, json = list(
    key = key, data = designs[[from]]$json$data, call = call, from_design = designs[[from]]$json$call,
    repweights = paste0("data/rep_", key, ".csv.gz"), weight_column = "w", repweight_columns = sprintf("r1..r%d", count),
    replicates = count, type = made$type, scale = made$scale, rscales = as_list(made$rscales),
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

# R's own stopping rule leaves standard errors off by 1e-6 to 3e-5.
tight <- list(epsilon = 1e-14, maxit = 200)

of_model <- function(fit, des) {
  table <- coef(summary(fit))
  ends <- confint(fit)
  c(list(labels = as_list(names(coef(fit))), estimate = as_list(as.vector(coef(fit))), se = as_list(as.vector(SE(fit))),
         statistic = as_list(as.vector(table[, 3])), p_value = as_list(as.vector(table[, 4])),
         ci_lower = as_list(as.vector(ends[, 1])), ci_upper = as_list(as.vector(ends[, 2])),
         df_residual = fit$df.residual, n_obs = length(fit$y)),
    # R multiplies the dispersion of replicate designs by the number of rows.
    if (!inherits(fit, "svrepglm")) list(dispersion = as.vector(summary(fit)$dispersion)),
    list(vcov = unname(as.matrix(vcov(fit)))))
}

# Average marginal effects by hand: the average over the rows, and for each row what it adds to that average: by being one
# of those averaged over, and through the coefficients. A number's derivative is the difference of two model matrices, which
# are linear in it.
curves <- list(gaussian = list(mean = function(e) e, slope = function(e) rep(1, length(e)), bend = function(e) 0 * e),
               quasibinomial = list(mean = plogis, slope = dlogis, bend = function(e) dlogis(e) * (1 - 2 * plogis(e))),
               quasipoisson = list(mean = exp, slope = exp, bend = exp))
matrix_with <- function(fit, variable, value) {
  data <- fit$model
  data[[variable]] <- value(data[[variable]])
  model.matrix(delete.response(terms(fit)), data, xlev = fit$xlevels)
}
effects_in <- function(fit, variables) {
  unlist(lapply(variables, function(variable) {
    column <- fit$model[[variable]]
    levels <- if (is.factor(column)) levels(droplevels(column)) else if (is.logical(column)) c(FALSE, TRUE) else if (all(column %in% 0:1)) 0:1
    if (is.null(levels)) {
      change <- matrix_with(fit, variable, function(x) x + 1) - model.matrix(fit)
      return(list(list(slope = TRUE, change = change, x = model.matrix(fit))))
    }
    set <- function(level) matrix_with(fit, variable, function(x) {
      if (is.factor(x)) factor(rep(level, length(x)), levels = levels(x)) else rep(level, length(x))
    })
    lapply(levels[-1], function(level) list(slope = FALSE, high = set(level), low = set(levels[1])))
  }), recursive = FALSE)
}
effect_values <- function(effect, beta, curve) {
  if (effect$slope) curve$slope(drop(effect$x %*% beta)) * drop(effect$change %*% beta)
  else curve$mean(drop(effect$high %*% beta)) - curve$mean(drop(effect$low %*% beta))
}
effect_gradient <- function(effect, beta, curve, share) {
  if (effect$slope) {
    eta <- drop(effect$x %*% beta)
    colSums(share * (curve$bend(eta) * drop(effect$change %*% beta) * effect$x + curve$slope(eta) * effect$change))
  } else colSums(share * (curve$slope(drop(effect$high %*% beta)) * effect$high - curve$slope(drop(effect$low %*% beta)) * effect$low))
}
effects_by_hand <- function(fit, variables) {
  effects <- effects_in(fit, variables)
  curve <- curves[[fit$family$family]]
  des <- fit$survey.design
  w <- if (inherits(fit, "svrepglm")) des$pweights else 1 / des$prob
  average <- function(beta, w) vapply(effects, function(e) sum(w * effect_values(e, beta, curve)) / sum(w), 0)
  estimate <- average(coef(fit), w)
  covariance <- if (inherits(fit, "svrepglm")) {
    wts <- as.matrix(des$repweights) * (if (des$combined.weights) 1 else des$pweights)
    thetas <- t(apply(wts, 2, function(wr) average(glm.fit(model.matrix(fit), fit$y, weights = wr / sum(wr), start = coef(fit),
      family = fit$family, control = do.call(glm.control, tight))$coefficients, wr)))
    svrVar(if (length(effects) == 1) t(thetas) else thetas, des$scale, des$rscales, mse = des$mse, coef = estimate)
  } else {
    share <- w / sum(w)
    x <- model.matrix(fit)
    eta <- drop(x %*% coef(fit))
    influence <- w * (fit$y - curve$mean(eta)) * x %*% solve(crossprod(x, w * curve$slope(eta) * x))
    scores <- sapply(effects, function(e) {
      share * (effect_values(e, coef(fit), curve) - sum(share * effect_values(e, coef(fit), curve))) +
        drop(influence %*% effect_gradient(e, coef(fit), curve, share))
    })
    svyrecvar(scores, des$cluster, des$strata, des$fpc)
  }
  covariance <- matrix(as.vector(covariance), length(estimate))
  se <- sqrt(diag(covariance))
  list(estimate = as_list(estimate), se = as_list(se), df_residual = fit$df.residual,
       ci_lower = as_list(estimate - qt(.975, fit$df.residual) * se),
       ci_upper = as_list(estimate + qt(.975, fit$df.residual) * se), vcov = unname(covariance))
}

# ---- cases ----

cases <- list()
add <- function(kind, design, call, spec, options, note) {
  old <- do.call("options", if (is.null(options)) list() else options)
  on.exit(base::options(old))
  des <- designs[[design]]$object()
  found <- suppressWarnings(eval(parse(text = call), list(des = des)))
  cases[[length(cases) + 1]] <<- list(
    id = sprintf("%s-%s-%03d", kind, design, length(cases) + 1), kind = kind,
    data = paste0("data/", designs[[design]]$json$data, ".csv"), design = designs[[design]]$json, steps = NULL,
    options = options, call = call, spec = spec, note = note, tolerance = 1e-8,
    values = if (inherits(found, "svyglm")) of_model(found, des) else found)
}
fit_call <- function(formula, family, where) {
  sprintf("svyglm(%s, design=%s, family=%s(), control=tight)", formula,
          if (is.null(where)) "des" else sprintf("subset(des, %s)", where), family)
}
model <- function(design, formula, family = "gaussian", where = NULL, options = NULL, note = NULL) {
  kind <- paste0(if ("repweights" %in% names(designs[[design]]$json)) "rep_", "glm_", sub("quasi", "", family))
  add(kind, design, fit_call(formula, family, where),
      list(op = "glm", formula = formula, family = family, where = where), options, note)
}
effects <- function(design, formula, variables, family = "gaussian", where = NULL, options = NULL) {
  kind <- paste0(if ("repweights" %in% names(designs[[design]]$json)) "rep_", "effects_", sub("quasi", "", family))
  call <- sprintf("effects_by_hand(%s, c(%s))", fit_call(formula, family, where),
                  paste0("'", variables, "'", collapse = ", "))
  add(kind, design, call, list(op = "marginal_effects", formula = formula, family = family, where = where,
                               effects_of = as_list(variables)), options,
      "by hand: influence of the average and of the coefficients, by svyrecvar; with replicates every one fitted again")
}

for (design in c("clusters", "clusters_wr", "unstratified", "probabilities", "elements", "simple", "equal")) {
  model(design, "income ~ hours + role")
  model(design, "satisfied ~ income + role", "quasibinomial")
  model(design, "hours ~ role + region", "quasipoisson")
  effects(design, "satisfied ~ income * role + parttime", c("income", "role", "parttime"), "quasibinomial")
}
for (design in c("two_stages", "three_stages", "stage_strata")) {
  model(design, "spending ~ size + kind + owner")
  model(design, "owner ~ spending + kind", "quasibinomial")
  model(design, "size ~ spending + kind", "quasipoisson")
  effects(design, "size ~ spending * kind", c("spending", "kind"), "quasipoisson")
}
for (formula in c("income ~ 1", "income ~ role * parttime", "income ~ role + region - 1", "income ~ role:hours",
                  "income ~ role:region - 1", "income ~ hours:role + parttime", "income ~ 0 + hours",
                  "income ~ role * region * parttime", "income ~ hours * rent - rent",
                  "income ~ factor(satisfied) * hours", "rent ~ income + hours + moving", "distant ~ role",
                  "income ~ parttime:region + region", "income ~ permit", "income ~ hours:role:parttime - 1")) {
  model("clusters", formula)
}
for (formula in c("parttime ~ hours + region", "moving ~ rent", "satisfied ~ role + region + role:parttime",
                  "satisfied ~ 1", "parttime ~ role - 1")) {
  model("clusters", formula, "quasibinomial")
}
model("clusters", "rent ~ role + hours", "quasipoisson")
model("clusters", "moving ~ role + income", "quasipoisson", note = "a Poisson model of a yes or no: relative risks")

for (where in c("role!='student'", "region=='east' | hours>36", "!is.na(rent) & income>=2500", "stratum>5")) {
  model("clusters", "income ~ role + hours", where = where)
  model("elements", "satisfied ~ role + income", "quasibinomial", where = where)
  effects("clusters", "satisfied ~ role + hours", c("role", "hours"), "quasibinomial", where = where)
}
model("two_stages", "spending ~ size", where = "owner=='yes'")
for (rule in c("remove", "certainty", "adjust", "average")) {
  model("lonely", "income ~ role + hours", options = list(survey.lonely.psu = rule))
  effects("lonely", "satisfied ~ role + income", c("role", "income"), "quasibinomial",
          options = list(survey.lonely.psu = rule))
}
model("two_stages", "spending ~ size + kind", options = list(survey.ultimate.cluster = TRUE))

effects("clusters", "income ~ hours * role + satisfied", c("hours", "role", "satisfied"))
effects("clusters", "income ~ hours * rent", c("hours", "rent"))
effects("clusters", "hours ~ region * parttime + income", c("region", "parttime", "income"), "quasipoisson")
effects("clusters", "satisfied ~ rent + hours", c("rent", "hours"), "quasibinomial")

for (design in c("jk1", "jk1_multipliers", "jkn", "jkn_mse", "bootstrap", "subbootstrap")) {
  model(design, "income ~ hours + role")
  model(design, "satisfied ~ income + role", "quasibinomial")
  model(design, "rent ~ role * parttime", "quasipoisson")
  model(design, "income ~ hours + role", where = "role!='partner'")
  effects(design, "satisfied ~ income * role", c("income", "role"), "quasibinomial")
}
for (design in c("brr", "brr_mse", "fay")) {
  model(design, "income ~ hours + region")
  model(design, "satisfied ~ hours + region", "quasibinomial")
  effects(design, "satisfied ~ hours * region", c("hours", "region"), "quasibinomial")
  model(design, "income ~ permit + hours",
        note = if (design == "fay") NULL else "half-samples without anyone of the level are left out")
}
model("mrbbootstrap", "spending ~ size + kind")
model("mrbbootstrap", "owner ~ spending", "quasibinomial")
model("mrbbootstrap", "spending ~ size", where = "kind=='edge'")

source_text <- sprintf("R survey %s, %s", packageVersion("survey"), R.version.string)
about <- list(source = source_text, script = "tests/reference/models.R", data = "synthetic, made by tests/reference/synthetic.R")
writeLines(c(sub("}$", ",", to_json(about)), '"cases": [', paste(vapply(cases, to_json, ""), collapse = ",\n"), "]}"),
           file.path(HERE, "models.json"))
cat(length(cases), "cases,", source_text, "\n")
