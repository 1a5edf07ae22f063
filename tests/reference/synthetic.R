# Synthetic data for the reference values. Nobody was surveyed: every number below comes from the generator in this file,
# the "minimal standard" of Park and Miller (1988): x <- 16807 x mod (2^31 - 1). Its products stay below 2^53, so every
# version of R, and any other program with doubles, makes the same sequence.

generator <- new.env()
start_at <- function(seed) generator$state <- seed
uniform <- function(n) vapply(seq_len(n), function(i) {
  generator$state <- (16807 * generator$state) %% 2147483647
  generator$state / 2147483647
}, numeric(1))
# The sum of twelve uniforms: near enough to normal, and without a function of which the last digit differs by platform.
bell <- function(n) vapply(seq_len(n), function(i) sum(uniform(12)) - 6, numeric(1))
pick <- function(n, levels, shares) {
  factor(levels[findInterval(uniform(n), cumsum(shares)) + 1], levels = levels)
}
# Make a share of the values missing.
holes <- function(x, share) replace(x, uniform(length(x)) < share, NA)

# A stratified cluster sample of internationals: 10 strata, 3 to 5 districts in each (ids restart in each stratum),
# 5 to 8 persons in each district.
make_persons <- function() {
  start_at(20250101)
  psus <- c(3, 4, 5, 3, 4, 5, 4, 3, 5, 4)
  frame <- do.call(rbind, lapply(seq_along(psus), function(h) {
    do.call(rbind, lapply(seq_len(psus[h]), function(i) {
      data.frame(stratum = h, psu = i, person = seq_len(5 + floor(4 * uniform(1))))
    }))
  }))
  n <- nrow(frame)
  district <- 10 * frame$stratum + frame$psu
  level <- bell(100)[district - 10]
  frame$person <- seq_len(n)
  frame$district <- district
  frame$n_psu <- c(12, 16, 30, 9, 20, 25, 14, 18, 40, 11)[frame$stratum]
  frame$share_psu <- psus[frame$stratum] / frame$n_psu
  frame$weight <- round(frame$n_psu / psus[frame$stratum] * (8 + 6 * uniform(n)), 2)
  frame$prob <- round(1 / (1.5 * frame$weight), 8)
  frame$region <- pick(n, c("west", "north", "east", "south"), c(.4, .15, .2, .25))
  frame$n_region <- c(2400, 800, 1100, 1300)[as.integer(frame$region)]
  frame$n_all <- 5600
  frame$role <- pick(n, c("employee", "partner", "student"), c(.5, .3, .2))
  frame$plans <- pick(n, c("stay", "leave", "unsure"), c(.55, .25, .2))
  # A level that one district has, and one that nobody has.
  permit <- ifelse(district == 52, "seasonal", as.character(pick(n, c("kennismigrant", "EU"), c(.45, .55))))
  frame$permit <- factor(permit, levels = c("kennismigrant", "EU", "seasonal", "none"))
  frame$parttime <- uniform(n) < .35
  frame$income <- round(2600 + 300 * level + 550 * bell(n) + 180 * as.integer(frame$role), 2)
  frame$rent <- holes(round(650 + 0.22 * frame$income + 120 * bell(n), 2), .12)
  frame$hours <- holes(round(32 + 8 * bell(n)), .08)
  frame$satisfied <- as.integer(uniform(n) < .7 + .05 * level)
  frame$moving <- holes(as.integer(uniform(n) < .04), .05)
  frame$distant <- 1e9 + frame$income
  frame$fixed <- 7
  frame
}

# The same sample after two strata lost all districts but one.
make_lonely <- function(persons) {
  subset(persons, !(stratum %in% c(3, 7) & psu > 1))
}

# Three stages: municipalities in provinces, neighbourhoods of two kinds in municipalities, households in neighbourhoods.
make_stages <- function() {
  start_at(7)
  frame <- expand.grid(household = 1:3, neighbourhood = 1:4, municipality = 1:3, province = 1:3)
  frame <- frame[, c("province", "municipality", "neighbourhood", "household")]
  frame$town <- 10 * frame$province + frame$municipality
  n <- nrow(frame)
  town <- match(frame$town, unique(frame$town))
  place <- 10 * frame$town + frame$neighbourhood
  frame$kind <- factor(ifelse(frame$neighbourhood <= 2, "centre", "edge"), levels = c("centre", "edge"))
  frame$n_town <- c(11, 24, 40)[frame$province]
  frame$n_centre_edge <- ifelse(frame$kind == "centre", 5, 9) + town %% 3
  frame$n_neighbourhood <- 14 + 2 * (town %% 3)
  frame$n_household <- 60 + 15 * (place %% 4)
  frame$weight <- round(frame$n_town / 3 * frame$n_neighbourhood / 4 * frame$n_household / 3 / 10, 2)
  frame$size <- 1 + floor(5 * uniform(n))
  frame$spending <- round(1500 + 250 * bell(9)[town] + 90 * frame$size + 300 * bell(n), 2)
  frame$owner <- pick(n, c("no", "yes"), c(.6, .4))
  frame
}

# Two waves, stacked: the same districts, and about two thirds of the persons of wave 1 again.
make_panel <- function(persons) {
  start_at(31)
  first <- persons[, c("stratum", "district", "person", "weight", "region", "role", "income", "satisfied")]
  first$wave <- 1
  n <- nrow(first)
  second <- first
  second$wave <- 2
  second$person <- ifelse(uniform(n) < .66, first$person, first$person + 1000)
  again <- second$person == first$person
  second$income <- round(ifelse(again, 1.04 * first$income, 2900) + ifelse(again, 120, 600) * bell(n), 2)
  second$satisfied <- ifelse(again & uniform(n) < .8, first$satisfied, as.integer(uniform(n) < .6))
  frame <- rbind(first, second)
  frame$hours <- round(30 + 6 * bell(2 * n))
  frame
}

# Two districts in each of six strata, for balanced repeated replication.
make_pairs <- function() {
  start_at(99)
  frame <- expand.grid(person = 1:6, psu = 1:2, stratum = 1:6)[, c("stratum", "psu", "person")]
  n <- nrow(frame)
  frame$weight <- round(20 + 30 * uniform(n), 2)
  frame$region <- pick(n, c("west", "east"), c(.5, .5))
  frame$hours <- round(31 + 7 * bell(n))
  frame$income <- round(2800 + 200 * bell(12)[2 * frame$stratum + frame$psu - 2] + 500 * bell(n), 2)
  frame$satisfied <- as.integer(uniform(n) < .65)
  # Two districts in different strata have this level: some half-samples hold neither.
  seasonal <- (frame$stratum == 1 & frame$psu == 1) | (frame$stratum == 2 & frame$psu == 2)
  frame$permit <- factor(ifelse(seasonal, "seasonal", "other"), levels = c("other", "seasonal"))
  frame
}

column_type <- function(x) {
  if (is.factor(x)) list(type = "factor", levels = as_list(levels(x)))
  else if (is.logical(x)) list(type = "logical")
  else if (is.integer(x)) list(type = "integer", missing = sum(is.na(x)))
  else list(type = "numeric", missing = sum(is.na(x)))
}

# Write a frame and read it back, so that R works on what the file says.
store <- function(frame, path) {
  shown <- frame
  numeric <- vapply(frame, is.numeric, logical(1))
  shown[numeric] <- lapply(frame[numeric], function(x) ifelse(is.na(x), NA, format_number(x)))
  write.table(shown, path, sep = ",", na = "", quote = which(!numeric), row.names = FALSE, eol = "\n")
  read <- read.csv(path, stringsAsFactors = FALSE, check.names = FALSE)
  for (name in names(frame)[vapply(frame, is.factor, logical(1))]) {
    read[[name]] <- factor(read[[name]], levels = levels(frame[[name]]))
  }
  read
}
