# Confidence intervals of proportions: the values that tests/variance/test_intervals.py compares with.
#
#   Rscript tests/reference/intervals.R        (from the project root; needs R and the package survey)
#
# Writes tests/variance/fixtures/intervals.json. The data are invented here, by a generator that does not
# depend on the version of R, and are free to use.
suppressMessages(library(survey))
options(survey.lonely.psu = "fail")

# Park and Miller's generator: exact in double precision, so the same numbers everywhere.
uniform <- function(n, seed) {
  state <- seed
  vapply(seq_len(n), function(i) (state <<- (16807 * state) %% 2147483647) / 2147483647, numeric(1))
}

# Persons in PSUs in strata; `level` is high or low together within a PSU, so that designs have effects.
invent <- function(strata, psus, persons, seed) {
  n <- strata * psus * persons
  frame <- expand.grid(person = seq_len(persons), psu = seq_len(psus), stratum = seq_len(strata))
  frame$psu_id <- (frame$stratum - 1) * psus + frame$psu
  shift <- uniform(strata * psus, seed + 1)[frame$psu_id]
  frame$level <- 0.75 * uniform(n, seed) + 0.25 * shift
  frame$weight <- 1 + 4 * uniform(n, seed + 2)
  frame$n_psu <- psus * (3 + frame$stratum)
  frame$domain <- uniform(n, seed + 3) < 0.4
  frame
}

single <- invent(1, 2, 30, 101)      # one stratum, two PSUs: one degree of freedom
few <- invent(2, 2, 25, 202)         # two degrees of freedom
many <- invent(6, 5, 20, 303)        # 24 degrees of freedom, fpc
large <- invent(10, 6, 60, 404)      # 50 degrees of freedom, 3,600 persons: rare events
persons <- invent(1, 1, 150, 505)    # simple random sample

clustered <- function(frame) svydesign(id = ~psu_id, strata = ~stratum, weights = ~weight, data = frame)
designs <- list(
  single = svydesign(id = ~psu_id, weights = ~weight, data = single),
  few = clustered(few),
  many = svydesign(id = ~psu_id, strata = ~stratum, weights = ~weight, fpc = ~n_psu, data = many),
  many_domain = subset(clustered(many), domain),
  large = clustered(large),
  persons = svydesign(id = ~1, weights = ~weight, data = persons)
)
# Quantiles of `level`: the event is to lie below. The share of persons is near the proportion wanted.
shares <- list(
  single = c(0.1, 0.5, 0.85),
  few = c(0.06, 0.4, 0.95),
  many = c(0.01, 0.05, 0.3, 0.6, 0.98),
  many_domain = c(0.02, 0.1, 0.55, 0.9),
  large = c(0.001, 0.005, 0.02, 0.1, 0.5, 0.9, 0.995, 0.999),
  persons = c(0.02, 0.2, 0.5, 0.97)
)
conf_levels <- c(0.8, 0.9, 0.95, 0.99)

# svyciprop fits the logit with R's default 1e-8, which leaves 1e-7 in the ends; here its fit is run on. It also
# takes the quantile of t through a normal level, which loses its digits beyond t = 8; here it is used as it is.
fit <- function(design) {
  svyglm(event ~ 1, design, family = quasibinomial, control = glm.control(epsilon = 1e-15, maxit = 100))
}
logit_ends <- function(design, level) {
  model <- fit(design)
  plogis(coef(model) + c(-1, 1) * qt((1 + level) / 2, degf(design)) * SE(model))
}

# R reads the ends of the likelihood interval off an interpolated profile; the same on a grid 80 times finer.
likelihood_ends <- function(design, level) {
  model <- fit(design)
  ratio <- as.numeric(model$cov.unscaled / model$naive.cov)
  alpha <- pnorm(qt((1 - level) / 2, degf(design)) * sqrt(ratio)) / 2
  reach <- sqrt(qf(alpha, 1, nrow(design) - 1, lower.tail = FALSE))
  suppressMessages(plogis(as.numeric(confint(
    model, 1, level = level, method = "likelihood", ddf = degf(design), del = reach / 400, maxsteps = 1600
  ))))
}

# Wilson's ends solve (estimate - q)^2 = t^2 q (1 - q) / size, with the effective sample size.
wilson_ends <- function(estimate, std_error, level, df) {
  z2 <- qt((1 - level) / 2, df)^2 * std_error^2 / (estimate * (1 - estimate))
  sort(Re(polyroot(c(estimate^2, -(2 * estimate + z2), 1 + z2))))
}

ends <- function(design, estimate, std_error, level) {
  ciprop <- function(method) as.numeric(confint(svyciprop(~event, design, method = method, level = level)))
  found <- list(
    logit = logit_ends(design, level),
    xlogit = ciprop("xlogit"),
    beta = ciprop("beta"),
    wilson = wilson_ends(estimate, std_error, level, degf(design)),
    asin = ciprop("asin"),
    mean = ciprop("mean"),
    normal = estimate + c(-1, 1) * qnorm((1 + level) / 2) * std_error,
    # R's profile overflows where an end is within rounding of 0 or 1: there is no value then.
    likelihood = suppressWarnings(try(likelihood_ends(design, level), silent = TRUE)),
    likelihood_interpolated = suppressWarnings(try(ciprop("likelihood"), silent = TRUE))
  )
  # R squares the sine of angles outside 0 to pi/2 too; far outside, the ends come to lie the wrong way round.
  if (found$asin[1] > estimate || found$asin[2] < estimate) found$asin <- NULL
  Filter(function(pair) is.numeric(pair) && all(is.finite(pair)), found)
}

number <- function(x) sprintf("%.17g", x)
array <- function(items) paste0("[", paste(items, collapse = ", "), "]")
object <- function(fields) paste0("{", paste0("\"", names(fields), "\": ", fields, collapse = ", "), "}")

case <- function(name, share) {
  design <- designs[[name]]
  cut <- sort(design$variables$level)[ceiling(share * nrow(design))]
  design <- update(design, event = as.numeric(level <= cut))
  mean <- svymean(~event, design)
  estimate <- as.numeric(coef(mean))
  std_error <- as.numeric(SE(mean))
  facts <- list(
    design = paste0("\"", name, "\""), n = nrow(design), df = degf(design),
    estimate = number(estimate), std_error = number(std_error)
  )
  vapply(conf_levels, function(level) {
    pairs <- lapply(ends(design, estimate, std_error, level), function(pair) array(number(pair)))
    object(c(facts, conf_level = level, ends = object(pairs)))
  }, character(1))
}
proportions <- unlist(lapply(names(designs), function(name) lapply(shares[[name]], function(share) case(name, share))))

# Clopper and Pearson's upper end when none of n persons has the characteristic.
none <- unlist(lapply(c(1, 2, 7, 60, 3600), function(n) lapply(conf_levels, function(level) {
  object(list(n = n, conf_level = level, high = number(binom.test(0, n, conf.level = level)$conf.int[2])))
})))

writeLines(c(
  "{",
  "\"script\": \"tests/reference/intervals.R\",",
  sprintf("\"versions\": \"%s, survey %s\",", R.version.string, packageVersion("survey")),
  "\"none_of_n\": [", paste(none, collapse = ",\n"), "],",
  "\"proportions\": [", paste(proportions, collapse = ",\n"), "]",
  "}"
), "tests/variance/fixtures/intervals.json")
