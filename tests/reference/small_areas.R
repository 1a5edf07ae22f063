# Reference values for small areas, by linear mixed models in dense matrices; base R, no package.
#
#   Rscript tests/reference/small_areas.R      (from the project root)
#
# writes tests/reference/small_areas/{areas,neighbours,population}.csv and values.json. R's package sae is not used: the
# likelihoods are maximised here by Newton's method on their scores, with a numerical derivative, and the mean squared
# errors come from the general formulas of Rao & Molina (2015), section 5.3, for all models alike. The data are
# invented by synthetic.R.

HERE <- "tests/reference"
source(file.path(HERE, "json.R"))
source(file.path(HERE, "synthetic.R"))
OUT <- file.path(HERE, "small_areas")
persons <- read.csv(file.path(HERE, "data", "persons.csv"))

# ---- data ----

# Direct means of districts with textbook standard errors, and what is known about the districts.
start_at(424242)
districts <- sort(unique(persons$district))
by_district <- split(persons, persons$district)
level <- vapply(by_district, function(p) mean(p$income), 1)
areas <- data.frame(
  district = districts,
  estimate = round(level, 4),
  std_error = round(vapply(by_district, function(p) sd(p$income) / sqrt(nrow(p)), 1), 4),
  density = round((level - 2900) / 400 + 1.5 * bell(length(districts)), 4),
  coast = as.character(pick(length(districts), c("dunes", "inland", "port"), c(.3, .4, .3)))
)
# The districts stand in a ring; each borders on the two beside it, and every third on the one opposite.
m <- nrow(areas)
pairs <- rbind(
  data.frame(a = 1:m, b = 1:m %% m + 1), data.frame(a = 1:m, b = (1:m - 2) %% m + 1),
  data.frame(a = seq(1, m, 3), b = (seq(1, m, 3) + m %/% 2 - 1) %% m + 1)
)
pairs <- unique(pairs)
neighbours <- data.frame(district = districts[pairs$a], neighbour = districts[pairs$b])
# Means in the population: those of the sample, moved a little; two districts have nobody in the sample.
share <- function(column, level) vapply(by_district, function(p) mean(p[[column]] == level), 1)
wobble <- function(x) round(pmin(pmax(x + .05 * bell(length(x)), 0), 1), 4)
population <- data.frame(
  district = c(districts, 998, 999),
  hours = round(c(vapply(by_district, function(p) mean(p$hours, na.rm = TRUE), 1) + bell(m), 31, 35), 4),
  partner = c(wobble(share("role", "partner")), .3, .35),
  student = c(wobble(share("role", "student")), .2, .1),
  size = c(round(60 + 200 * uniform(m)), 90, 120)
)
neighbours <- store(neighbours, file.path(OUT, "neighbours.csv"))
population <- store(population, file.path(OUT, "population.csv"))

# ---- a linear mixed model: y ~ N(X b, V(d)), targets K b + u with Cov(u, y) = C(d), Var(u) = G(d) ----

# `parts(d)` gives V, its derivatives dV, C, dC, G, dG, each dX a list over the parameters d.
pieces <- function(y, X, V) {
  Vi <- solve(V)
  Q <- solve(t(X) %*% Vi %*% X)
  list(Vi = Vi, Q = Q, P = Vi - Vi %*% X %*% Q %*% t(X) %*% Vi, beta = drop(Q %*% t(X) %*% Vi %*% y))
}
trace <- function(M) sum(diag(M))
score <- function(d, y, X, parts, restricted) {
  p <- parts(d)
  f <- pieces(y, X, p$V)
  W <- if (restricted) f$P else f$Vi
  vapply(p$dV, function(D) drop(0.5 * (t(y) %*% f$P %*% D %*% f$P %*% y) - 0.5 * trace(W %*% D)), 1)
}
newton <- function(start, slope) {
  d <- start
  for (k in 1:60) {
    s <- slope(d)
    J <- sapply(seq_along(d), function(i) {
      h <- 1e-5 * max(abs(d[i]), 1e-3)
      (slope(replace(d, i, d[i] + h)) - slope(replace(d, i, d[i] - h))) / (2 * h)
    })
    step <- -solve(matrix(J, length(d)), s)
    d <- d + step
    if (max(abs(step) / abs(d)) < 1e-14) break
  }
  d
}
log_likelihood <- function(y, X, V, restricted) {
  f <- pieces(y, X, V)
  r <- y - X %*% f$beta
  value <- length(y) * log(2 * pi) + determinant(V)$modulus + t(r) %*% f$Vi %*% r
  if (restricted) value <- value - ncol(X) * log(2 * pi) - determinant(f$Q)$modulus
  -0.5 * as.numeric(value)
}
# `information`: V or P in the information on the parameters; `curved`: the second derivatives of V count (spatial).
predict_targets <- function(d, y, X, K, parts, method, information = "V", spread = NULL, bias = NULL) {
  p <- parts(d)
  f <- pieces(y, X, p$V)
  B <- p$C %*% f$Vi
  W <- if (information == "P") f$P else f$Vi
  n <- length(d)
  I <- matrix(0, n, n)
  for (i in 1:n) for (j in 1:n) I[i, j] <- 0.5 * trace(W %*% p$dV[[i]] %*% W %*% p$dV[[j]])
  S <- if (is.null(spread)) solve(I) else matrix(spread)
  away <- K - B %*% X
  dB <- lapply(1:n, function(i) (p$dC[[i]] - B %*% p$dV[[i]]) %*% f$Vi)
  mse <- diag(p$G - B %*% t(p$C)) + diag(away %*% f$Q %*% t(away))
  for (i in 1:n) for (j in 1:n) mse <- mse + 2 * S[i, j] * diag(dB[[i]] %*% p$V %*% t(dB[[j]]))
  if (!is.null(p$d2V)) {
    for (i in 1:n) for (j in 1:n) {
      R <- p$psi %*% f$Vi
      mse <- mse - 0.5 * S[i, j] * diag(R %*% p$d2V[[i]][[j]] %*% t(R))
    }
  }
  if (method == "ML" || !is.null(bias)) {
    lost <- vapply(p$dV, function(D) -trace(f$Q %*% t(X) %*% f$Vi %*% D %*% f$Vi %*% X), 1)
    b <- if (is.null(bias)) drop(0.5 * S %*% lost) else bias
    for (i in 1:n) {
      slope <- p$dG[[i]] - p$dC[[i]] %*% t(B) - B %*% t(p$dC[[i]]) + B %*% p$dV[[i]] %*% t(B)
      mse <- mse - b[i] * diag(slope)
    }
  }
  list(estimate = drop(K %*% f$beta + B %*% (y - X %*% f$beta)), mse = drop(mse), beta = f$beta,
       std_error = sqrt(diag(f$Q)))
}
cases <- list()
add <- function(id, ...) cases[[length(cases) + 1]] <<- list(id = id, ..., tolerance = 1e-8)

# ---- area level ----

formulas <- list(none = ~1, density = ~density, both = ~density + coast)
area_parts <- function(psi) function(d) {
  E <- diag(length(psi))
  list(V = d * E + diag(psi), dV = list(E), C = d * E, dC = list(E), G = d * E, dG = list(E))
}
fit_area <- function(y, X, psi, method) {
  parts <- area_parts(psi)
  start <- max(var(drop(lm.fit(X, y)$residuals)) - mean(psi), .1 * mean(psi))
  slope <- function(d) score(d, y, X, parts, method == "REML")
  if (method == "FH") slope <- function(d) {
    f <- pieces(y, X, parts(d)$V)
    sum((y - X %*% f$beta)^2 / (d + psi)) - (length(y) - ncol(X))
  }
  d <- if (slope(0) <= 0) 0 else newton(uniroot(slope, c(0, 100 * start), tol = 1e-6 * start)$root, slope)
  m <- length(y)
  s1 <- sum(1 / (d + psi))
  s2 <- sum(1 / (d + psi)^2)
  found <- if (method == "FH") {
    predict_targets(d, y, X, X, parts, method, spread = 2 * m / s1^2, bias = 2 * (m * s2 - s1^2) / s1^3)
  } else predict_targets(d, y, X, X, parts, method)
  c(found, list(area_variance = d, log_likelihood = log_likelihood(y, X, diag(d + psi), FALSE)))
}
for (name in names(formulas)) for (method in c("REML", "ML", "FH")) for (factor in c(1, 0.5, 3)) {
  X <- model.matrix(formulas[[name]], areas)
  found <- fit_area(areas$estimate, X, (factor * areas$std_error)^2, method)
  add(paste("fay_herriot", name, method, factor), model = "fay_herriot", method = method, factor = factor,
      covariates = as_list(all.vars(formulas[[name]])), values = found)
}

# ---- area level, spatial ----

spatial_parts <- function(psi, W) function(d) {
  E <- diag(length(psi))
  C <- solve(t(E - d[2] * W) %*% (E - d[2] * W))
  R <- 2 * d[2] * t(W) %*% W - W - t(W)
  D <- -C %*% R %*% C
  D2 <- 2 * C %*% R %*% C %*% R %*% C - 2 * C %*% t(W) %*% W %*% C
  G <- d[1] * C
  dG <- list(C, d[1] * D)
  list(V = G + diag(psi), dV = dG, C = G, dC = dG, G = G, dG = dG, psi = diag(psi),
       d2V = list(list(0 * E, D), list(D, d[1] * D2)))
}
W <- matrix(0, m, m)
W[cbind(match(neighbours$district, areas$district), match(neighbours$neighbour, areas$district))] <- 1
W <- W / rowSums(W)
# Income follows no neighbourhood; these estimates do.
start_at(77)
effect <- solve(diag(m) - .6 * W, 250 * bell(m))
wave <- round(2900 + 100 * areas$density + effect + areas$std_error * bell(m), 4)
areas$wave <- wave
areas <- store(areas, file.path(OUT, "areas.csv"))
for (name in c("none", "density", "both")) for (method in c("REML", "ML")) for (factor in c(.5, 1)) {
  X <- model.matrix(formulas[[name]], areas)
  psi <- (factor * areas$std_error)^2
  parts <- spatial_parts(psi, W)
  climb <- optim(c(log(median(psi)), atanh(.5)), method = "BFGS", control = list(reltol = 1e-12), fn = function(u) {
    -log_likelihood(wave, X, parts(c(exp(u[1]), .98 * tanh(u[2])))$V, method == "REML")
  })$par
  d <- newton(c(exp(climb[1]), .98 * tanh(climb[2])), function(d) score(d, wave, X, parts, method == "REML"))
  found <- predict_targets(d, wave, X, X, parts, method, information = "P")
  add(paste("spatial", name, method, factor), model = "spatial_fay_herriot", method = method, factor = factor,
      covariates = as_list(all.vars(formulas[[name]])),
      values = c(found, list(area_variance = d[1], spatial_correlation = d[2],
                             log_likelihood = log_likelihood(wave, X, parts(d)$V, FALSE))))
}

# ---- unit level ----

unit_parts <- function(area, targets, n, size) function(d) {
  Z <- outer(area, targets, "==") * 1
  same <- outer(area, area, "==") * 1
  E <- diag(length(area))
  own <- diag(length(targets))
  # The target is the effect plus, when the population is counted, the mean error of its persons.
  C <- d[1] * t(Z) + d[2] * t(Z) / size
  list(V = d[1] * same + d[2] * E, dV = list(same, E), C = C, dC = list(t(Z), t(Z) / size),
       G = d[1] * own + d[2] * own / size, dG = list(own, own / size))
}
questions <- list(
  list(y = "income", formula = income ~ hours), list(y = "income", formula = income ~ role),
  list(y = "rent", formula = rent ~ hours + role), list(y = "income", formula = income ~ 1)
)
for (question in questions) for (method in c("REML", "ML")) for (counted in c(FALSE, TRUE)) {
  here <- persons
  here$role <- factor(here$role, levels = c("employee", "partner", "student"))
  frame <- model.frame(question$formula, here, na.action = na.omit)
  area <- here$district[as.integer(rownames(frame))]
  X <- model.matrix(question$formula, frame)
  y <- frame[[1]]
  columns <- c("(Intercept)" = "one", hours = "hours", rolepartner = "partner", rolestudent = "student")
  K <- as.matrix(cbind(one = 1, population)[, columns[colnames(X)], drop = FALSE])
  dimnames(K) <- NULL
  colnames(X) <- NULL
  size <- if (counted) population$size else rep(Inf, nrow(population))
  parts <- unit_parts(area, population$district, NULL, size)
  climb <- optim(log(c(var(y) / 4, var(y) / 2)), method = "BFGS", control = list(reltol = 1e-12), fn = function(u) {
    -log_likelihood(y, X, parts(exp(u))$V, method == "REML")
  })$par
  d <- newton(exp(climb), function(d) score(d, y, X, parts, method == "REML"))
  found <- predict_targets(d, y, X, K, parts, method)
  known <- all.vars(question$formula)[-1]
  add(paste("nested_error", question$y, paste(known, collapse = "+"), method, if (counted) "counted" else "large"),
      model = "nested_error", method = method, y = question$y, covariates = as_list(known), sizes = counted,
      values = c(found, list(area_variance = d[1], error_variance = d[2],
                             log_likelihood = log_likelihood(y, X, parts(d)$V, method == "REML"))))
}

writeLines(c("{", paste0('"source": ', quoted(paste("base R", getRversion())), ","),
             '"script": "tests/reference/small_areas.R",', '"data": "synthetic, made by tests/reference/synthetic.R",',
             '"cases": [', paste(vapply(cases, to_json, ""), collapse = ",\n"), "]", "}"),
           file.path(OUT, "values.json"))
