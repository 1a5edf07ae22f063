-- Gives Quarto's constructs their meaning in HTML, typst and DOCX, and refuses those outside the subset.
-- Order: visibility, checks, callouts, outline, numbering, references, rendering. Every later step sees one shape per construct:
-- Div.ts-float(kind, number){content, caption}, Div.ts-callout(kind){title, body}, Div.ts-grid(columns).

local CALLOUTS = { note = true, tip = true, warning = true, important = true, caution = true }
local FORMATS = { html = "html", typst = "typst", docx = "docx" }
local FLOATS = { fig = true, tbl = true }
-- A table of at most so many rows stays on one page.
local SHORT_TABLE = 20
local OTHER_KINDS = {}
for kind in ("lst tip nte wrn imp cau thm lem cor prp cnj def exm exr sol rem alg eq"):gmatch("%a+") do
  OTHER_KINDS[kind] = true
end
local OTHER_CLASSES = {}
for class in ([[aside border column columns content-meta fragment grid hidden incremental landscape nonincremental
  notes proof remark solution theorem unlisted unnumbered-toc]]):gmatch("%S+") do
  OTHER_CLASSES[class] = true
end
local OTHER_PREFIXES = { "panel%-", "column%-", "margin%-", "page%-", "screen%-", "body%-", "g%-col%-",
  "quarto%-", "callout%-", "layout%-", "code%-", "ts%-" }
local ATTRIBUTES = {
  Div = { title = true, ["when-format"] = true, ["unless-format"] = true, ["layout-ncol"] = true,
    icon = true, lang = true },
  Span = { ["when-format"] = true, ["unless-format"] = true, lang = true },
  Image = { ["fig-alt"] = true, alt = true, width = true },
}

local words, layout = {}, {}
local entries = {}
local contents = {}

local function refuse(problem, needle, remedy)
  local message = pandoc.json.encode({ problem = problem, needle = needle, remedy = remedy })
  error("talentstats-refusal:" .. message, 0)
end

local function raw(text)
  return pandoc.RawBlock(FORMAT == "docx" and "openxml" or FORMAT:gsub("%d", ""), text)
end

local function typst_string(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("%s+", " ") .. '"'
end

local function xml_text(text)
  return (text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"):gsub('"', "&quot;"))
end

-- Visibility ---------------------------------------------------------------------------------------

local function is_current(names)
  local current = false
  for name in names:gmatch("[^,%s]+") do
    if not FORMATS[name] then
      refuse("Format `" .. name .. "` in content-visible is not supported.", names,
        "Write `html`, `docx` or `typst` (Quarto's name for this PDF).")
    end
    current = current or FORMAT:match("^" .. FORMATS[name]) ~= nil
  end
  return current
end

local function visibility(element)
  local shows = element.classes:includes("content-visible")
  if not shows and not element.classes:includes("content-hidden") then
    return nil
  end
  local when, unless = element.attributes["when-format"], element.attributes["unless-format"]
  if not when and not unless then
    refuse("Conditional content needs a format.", "content-", "Write `when-format=\"html\"`.")
  end
  local holds = true
  if when then holds = is_current(when) end
  if unless then holds = holds and not is_current(unless) end
  return holds == shows and element.content or {}
end

-- Checks -------------------------------------------------------------------------------------------

local function check_kind(identifier)
  local kind = identifier:match("^(%a+)%-")
  if kind and OTHER_KINDS[kind] then
    refuse("Cross-references of the kind `" .. kind .. "` are not supported.", identifier,
      "Only `fig-`, `tbl-` and `sec-` are.")
  end
end

local function check_class(class)
  local name = class:match("^callout%-(%a+)$")
  local refused = OTHER_CLASSES[class]
  for _, prefix in ipairs(OTHER_PREFIXES) do
    refused = refused or class:match("^" .. prefix)
  end
  if refused and not CALLOUTS[name or ""] then
    refuse("The class `." .. class .. "` is not supported.", class, "Write the text without it.")
  end
end

local function check(element)
  if element.identifier then check_kind(element.identifier) end
  for _, class in ipairs(element.classes or {}) do
    if class ~= "cell-code" and class ~= "ts-html" then check_class(class) end
  end
  local known = ATTRIBUTES[element.t] or {}
  for name in pairs(element.attributes or {}) do
    if not known[name] then
      refuse("The attribute `" .. name .. "` is not supported.", name .. "=", "Take the attribute out.")
    end
  end
end

local function check_image(image)
  check(image)
  if image.src:match("^%a[%w+.-]*:") or image.src:match("^[/\\]") then
    refuse("A picture outside the project is not supported.", image.src, "Put the file in the project.")
  end
  local width = image.attributes.width
  if width and not width:match("^[%d.]+[%%]$") and not width:match("^[%d.]+[cm]m$") then
    refuse("Width `" .. width .. "` is not supported.", "width=", "Write a percentage, `cm` or `mm`.")
  end
  local alt = image.attributes["fig-alt"] or image.attributes.alt or pandoc.utils.stringify(image.caption)
  if alt == "" then
    refuse("A picture has no alternative text.", image.src, "Add `{fig-alt=\"...\"}` after the picture.")
  end
  image.attributes["fig-alt"], image.attributes.alt = nil, alt
  return image
end

-- HTML of a cell stands in a file of the engine; the markdown holds its name only.
local function html_output(block)
  check(block)
  if not block.classes:includes("ts-html") then return nil end
  local path = block.text:match("^[%w._-]+/[%w_-]+%.html$")
  local file = path and io.open(path, "rb")
  if not file then
    refuse("The class `.ts-html` is not for documents.", "ts-html", "Write the text without it.")
  end
  local content = file:read("a")
  file:close()
  return pandoc.RawBlock("html", content)
end

local CHECKS = {
  Div = check, Span = check, Header = check, Link = check, Code = check, CodeBlock = html_output, Table = check,
  Image = check_image,
}

-- Normal shapes and numbers ------------------------------------------------------------------------

local function shape(class, attributes, children, identifier)
  return pandoc.Div(children, pandoc.Attr(identifier or "", { class }, attributes))
end

local function callout(div, kind)
  local body, title = pandoc.Blocks(div.content), nil
  if div.attributes.title then
    title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title, "markdown-raw_html-raw_tex-raw_attribute").blocks)
  elseif body[1] and body[1].t == "Header" then
    title = body:remove(1).content
  end
  title = title or { pandoc.Str(words[kind]) }
  return shape("ts-callout", { kind = kind }, { pandoc.Plain(title), pandoc.Div(body) }, div.identifier)
end

local function callouts(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match("^callout%-(%a+)$")
    if kind then return callout(div, kind) end
  end
end

local function register(identifier, number, kind)
  if entries[identifier] then
    refuse("The label `" .. identifier .. "` is used twice.", identifier, "Rename one of the two.")
  end
  entries[identifier] = { number = number, kind = kind }
end

-- Readers who do not see the page move by headings: their levels begin at one and skip none.
local function outline(blocks)
  local top, previous = 6, 0
  blocks:walk({ Header = function(header) top = math.min(top, header.level) end })
  return blocks:walk({ Header = function(header)
    header.level = header.level - top + 1
    if header.level > previous + 1 then
      refuse("The heading `" .. pandoc.utils.stringify(header.content) .. "` skips a level.",
        pandoc.utils.stringify(header.content), "Give it one `#` more than the heading above it.")
    end
    previous = header.level
    return header
  end })
end

-- The rows of the tables in a block; a block without a table has none.
local function row_count(blocks)
  local count = 0
  pandoc.Blocks(blocks):walk({ Table = function(tbl)
    for _, body in ipairs(tbl.bodies) do count = count + #body.body end
  end })
  return count
end

local function numbering()
  local counts, section = { fig = 0, tbl = 0 }, {}

  local function float(kind, identifier, content, caption)
    local number = ""
    if identifier ~= "" then
      counts[kind] = counts[kind] + 1
      number = tostring(counts[kind])
      register(identifier, number, kind)
    end
    return shape("ts-float", { kind = kind, number = number, rows = tostring(row_count(content)) },
      { pandoc.Div(content), pandoc.Plain(caption) }, identifier), false
  end

  local function div_float(div, kind)
    local content = pandoc.Blocks(div.content)
    local nested = false
    content:walk({ Div = function(inner) nested = nested or FLOATS[inner.identifier:match("^(%a+)%-")] end,
      Figure = function(figure) nested = nested or figure.identifier ~= "" end })
    if nested then
      refuse("Figures within a figure are not supported.", div.identifier, "Give each its own place.")
    end
    local last = content[#content]
    local table_only = #content == 1 and last.t == "Table" and #last.caption.long > 0
    if table_only then
      local caption = pandoc.utils.blocks_to_inlines(last.caption.long)
      last.caption = pandoc.Caption()
      return float(kind, div.identifier, { last }, caption)
    end
    if #content < 2 or (last.t ~= "Para" and last.t ~= "Plain") then
      refuse("`" .. div.identifier .. "` has no caption.", div.identifier,
        "Write the caption as the last paragraph of the block.")
    end
    content:remove(#content)
    return float(kind, div.identifier, content, last.content)
  end

  return {
    traverse = "topdown",
    Header = function(header)
      local number = ""
      if layout.number and header.level <= layout.number_depth and not header.classes:includes("unnumbered") then
        section[header.level] = (section[header.level] or 0) + 1
        for deeper = header.level + 1, 6 do section[deeper] = nil end
        for level = 1, header.level - 1 do section[level] = section[level] or 0 end
        number = table.concat(section, ".")
      end
      if header.identifier:match("^sec%-") then register(header.identifier, number, "sec") end
      header.attributes.number = number
      return header
    end,
    Figure = function(figure)
      local caption = pandoc.utils.blocks_to_inlines(figure.caption.long)
      return float("fig", figure.identifier, figure.content, caption)
    end,
    Table = function(tbl)
      local caption = pandoc.utils.blocks_to_inlines(tbl.caption.long)
      local identifier = tbl.identifier
      tbl.identifier, tbl.caption = "", pandoc.Caption()
      return float("tbl", identifier, { tbl }, caption)
    end,
    Para = function(para)
      local image = para.content[1]
      if #para.content == 1 and image.t == "Image" and image.identifier:match("^fig%-") then
        refuse("`" .. image.identifier .. "` has no caption.", image.identifier, "Write `![caption](file)`.")
      end
    end,
    Div = function(div)
      local kind = div.identifier:match("^(%a+)%-")
      if FLOATS[kind] then return div_float(div, kind) end
      if div.attributes["layout-ncol"] then
        local columns = tonumber(div.attributes["layout-ncol"])
        if not columns or columns < 1 or columns > 4 then
          refuse("`layout-ncol` is a number from 1 to 4.", "layout-ncol", "Correct the number.")
        end
        return shape("ts-grid", { columns = tostring(math.floor(columns)) }, div.content, div.identifier)
      end
    end,
  }
end

-- References ---------------------------------------------------------------------------------------

local function reference(citation)
  local identifier = citation.id:sub(1, 1):lower() .. citation.id:sub(2)
  check_kind(identifier)
  local kind = identifier:match("^(%a+)%-")
  if not kind or not (FLOATS[kind] or kind == "sec") then
    refuse("The citation `@" .. citation.id .. "` is not supported.", "@" .. citation.id,
      "Cross-references begin with `@fig-`, `@tbl-` or `@sec-`; a literal @ is written `\\@`.")
  end
  local entry = entries[identifier]
  if not entry then
    refuse("Nothing has the label `" .. identifier .. "`.", "@" .. citation.id, "Correct the reference.")
  end
  if entry.number == "" then
    refuse("`" .. identifier .. "` has no number to refer to.", "@" .. citation.id,
      "Set `number-sections: true`, or take `.unnumbered` from the heading.")
  end
  local text = pandoc.Inlines({})
  if #citation.prefix > 0 then
    text:extend(citation.prefix)
    text:insert(pandoc.Str("\u{a0}"))
  elseif citation.mode ~= "SuppressAuthor" then
    text:insert(pandoc.Str(words[kind] .. "\u{a0}"))
  end
  text:insert(pandoc.Str(entry.number))
  local link = pandoc.Inlines({ pandoc.Link(text, "#" .. identifier) })
  link:extend(citation.suffix)
  return link
end

local function references(cite)
  local all = pandoc.Inlines({})
  for index, citation in ipairs(cite.citations) do
    if index > 1 then all:extend({ pandoc.Str(","), pandoc.Space() }) end
    all:extend(reference(citation))
  end
  return all
end

-- Rendering ----------------------------------------------------------------------------------------

local function labelled(div)
  local caption = pandoc.Inlines({})
  local number = div.attributes.number
  if number ~= "" then
    local word = words[div.attributes.kind] .. "\u{a0}"
    local counter = pandoc.Str(number)
    if FORMAT == "docx" then
      counter = pandoc.RawInline("openxml", '<w:fldSimple w:instr=" SEQ ' .. words[div.attributes.kind]
        .. ' \\* ARABIC "><w:r><w:rPr><w:b/></w:rPr><w:t>' .. number .. "</w:t></w:r></w:fldSimple>")
    end
    caption:insert(pandoc.Strong({ pandoc.Str(word), counter, pandoc.Str(":") }))
    caption:insert(pandoc.Space())
  end
  caption:extend(div.content[2].content)
  return caption
end

local function html_table(div, caption)
  local content = div.content[1].content
  local inner = content[1]
  while inner and inner.t == "Div" and #inner.content == 1 do inner = inner.content[1] end
  if #content == 1 and inner and inner.t == "Table" then
    inner.caption = #caption > 0 and pandoc.Caption({ pandoc.Plain(caption) }) or pandoc.Caption()
    local label = #caption > 0 and pandoc.utils.stringify(caption) or words.tbl
    return { pandoc.Div({ inner }, pandoc.Attr(div.identifier, { "table" }, {
      { "role", "region" }, { "tabindex", "0" }, { "aria-label", label } })) }
  end
  return nil
end

local function html_float(div)
  local caption = labelled(div)
  local kind = div.attributes.kind
  if kind == "tbl" then
    local found = html_table(div, caption)
    if found then return found end
  end
  local identifier = div.identifier ~= "" and ' id="' .. xml_text(div.identifier) .. '"' or ""
  local blocks = pandoc.Blocks({ raw('<figure class="' .. kind .. '"' .. identifier .. ">") })
  local text = pandoc.Blocks({ raw("<figcaption>"), pandoc.Plain(caption), raw("</figcaption>") })
  if kind == "tbl" then blocks:extend(text) end
  blocks:extend(div.content[1].content)
  if kind == "fig" then blocks:extend(text) end
  blocks:insert(raw("</figure>"))
  return blocks
end

-- Pictures float to where a page of their chapter has room; a table that fits on a page is not divided.
local function typst_float(div)
  local is_table = div.attributes.kind == "tbl"
  if #div.content[2].content == 0 then return div.content[1].content end
  local whole = is_table and tonumber(div.attributes.rows) <= SHORT_TABLE
  local opening = "#figure(kind: " .. (is_table and "table" or "image, placement: auto")
    .. ", supplement: none, numbering: none, caption: ["
  local blocks = pandoc.Blocks({ raw((whole and "#[#show figure: set block(breakable: false)\n" or "") .. opening) })
  blocks:insert(pandoc.Plain(labelled(div)))
  blocks:insert(raw("])["))
  blocks:extend(div.content[1].content)
  local label = div.identifier ~= "" and "#label(" .. typst_string(div.identifier) .. ")" or ""
  blocks:insert(raw("]" .. label .. (whole and "]" or "")))
  return blocks
end

local function styled(blocks, name, identifier)
  return pandoc.Div(blocks, pandoc.Attr(identifier or "", {}, { ["custom-style"] = name }))
end

local function docx_float(div)
  local caption = pandoc.Para(labelled(div))
  if div.attributes.kind == "tbl" then
    local captioned = #div.content[2].content > 0
    local blocks = pandoc.Blocks(captioned and { styled({ caption }, "Table Caption", div.identifier) } or {})
    blocks:extend(div.content[1].content)
    -- pandoc leaves out a paragraph without text, and what follows would touch the table.
    blocks:insert(raw('<w:p><w:pPr><w:pStyle w:val="AfterTable" /></w:pPr></w:p>'))
    return blocks
  end
  return { styled(div.content[1].content, "Captioned Figure"),
    styled({ caption }, "Image Caption", div.identifier) }
end

local function html_callout(div, kind)
  local title = pandoc.Div({ div.content[1] }, pandoc.Attr("", { "callout-title" }))
  return pandoc.Div({ title, div.content[2] },
    pandoc.Attr(div.identifier, { "callout", "callout-" .. kind }, { role = "note" }))
end

local function typst_callout(div, kind)
  local blocks = pandoc.Blocks({ raw("#callout(" .. typst_string(kind) .. ", title: ["), div.content[1], raw("])[") })
  blocks:extend(div.content[2].content)
  blocks:insert(raw("]"))
  return blocks
end

-- A table of one cell: borders and shading of paragraphs would break off at lists.
local function docx_callout(div, kind)
  local blocks = pandoc.Blocks({ styled({ pandoc.Para(div.content[1].content) }, "Callout Title") })
  blocks:extend(div.content[2].content)
  local box = pandoc.Table(pandoc.Caption(), { { "AlignDefault", 1 } }, pandoc.TableHead(),
    { { attr = pandoc.Attr(), head = {}, row_head_columns = 0, body = { pandoc.Row({ pandoc.Cell(blocks) }) } } },
    pandoc.TableFoot(), pandoc.Attr("", {}, { ["custom-style"] = "Callout" .. kind }))
  return { styled({ pandoc.Para({}) }, "After Table"), box, styled({ pandoc.Para({}) }, "After Table") }
end

local function grid(div)
  local columns = div.attributes.columns
  if FORMAT == "docx" then return div.content end
  local blocks = pandoc.Blocks({})
  if FORMAT == "typst" then
    blocks:insert(raw("#columns-grid(" .. columns .. ","))
    for _, child in ipairs(div.content) do
      blocks:extend({ raw("["), child, raw("],") })
    end
    blocks:insert(raw(")"))
    return blocks
  end
  return pandoc.Div(div.content, pandoc.Attr(div.identifier, { "grid-" .. columns }))
end

-- Children of a grid may be floats that become several blocks: keep each in one.
local function boxed(div)
  if div.classes:includes("ts-grid") then
    div.content = div.content:map(function(child) return pandoc.Div({ child }) end)
    return div
  end
end

local function typst_cell(cell)
  local text = pandoc.write(pandoc.Pandoc(cell.contents), "typst", { wrap_text = "none" })
  local spans = {}
  if cell.col_span > 1 then table.insert(spans, "colspan: " .. cell.col_span) end
  if cell.row_span > 1 then table.insert(spans, "rowspan: " .. cell.row_span) end
  local opening = #spans > 0 and "table.cell(" .. table.concat(spans, ", ") .. ")" or ""
  return opening .. "[" .. text:gsub("%s+$", "") .. "]"
end

local function typst_rows(rows)
  local lines = {}
  for _, row in ipairs(rows) do
    local cells = {}
    for _, cell in ipairs(row.cells) do table.insert(cells, typst_cell(cell)) end
    table.insert(lines, table.concat(cells, ", ") .. ",")
  end
  return table.concat(lines, "\n")
end

-- pandoc's own writer centres tables and cannot repeat or style their parts.
local function typst_table(tbl)
  local aligned, widths = {}, {}
  for _, column in ipairs(tbl.colspecs) do
    table.insert(aligned, ({ AlignRight = "right", AlignCenter = "center" })[column[1]] or "left")
    table.insert(widths, column[2] and string.format("%.4f%%", 100 * column[2]) or "auto")
  end
  local parts = { "#data-table((" .. table.concat(aligned, ", ") .. ",), (" .. table.concat(widths, ", ") .. ",)," }
  if #tbl.head.rows > 0 then
    table.insert(parts, "table.header(repeat: true,\n" .. typst_rows(tbl.head.rows) .. "\n),")
  end
  for _, body in ipairs(tbl.bodies) do
    table.insert(parts, typst_rows(body.head))
    table.insert(parts, typst_rows(body.body))
  end
  if #tbl.foot.rows > 0 then table.insert(parts, "table.footer(" .. typst_rows(tbl.foot.rows) .. "),") end
  table.insert(parts, ")")
  return raw(table.concat(parts, "\n"))
end

-- Widths of the columns as shares of a line, from the longest text in each: word processors that do not
-- fit columns to their content would make them all equal.
local LINE = 78
local function docx_widths(tbl)
  local longest = {}
  local function measure(rows)
    for _, row in ipairs(rows) do
      for column, cell in ipairs(row.cells) do
        local length = utf8.len(pandoc.utils.stringify(cell.contents)) or 0
        longest[column] = math.max(longest[column] or 6, length + 3)
      end
    end
  end
  measure(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do measure(body.body) end
  local total, narrow, wide = 0, 0, 0
  for _, length in ipairs(longest) do
    total = total + length
    if length <= LINE / #longest then narrow = narrow + length else wide = wide + length end
  end
  local share = total > LINE and wide > 0 and (LINE - narrow) / wide or 1
  for column, spec in ipairs(tbl.colspecs) do
    local length = longest[column] or 6
    tbl.colspecs[column] = { spec[1], (length <= LINE / #longest and length or length * share) / LINE }
  end
  return tbl
end

local function data_table(tbl)
  if FORMAT == "typst" then return typst_table(tbl) end
  if FORMAT == "docx" and not tbl.colspecs[1][2] then return docx_widths(tbl) end
end

local function image(element)
  if FORMAT == "docx" then
    element.caption = { pandoc.Str(element.attributes.alt) }
    element.attributes.alt = nil
    return element
  elseif FORMAT ~= "typst" then
    return element
  end
  local width = element.attributes.width and ", width: " .. element.attributes.width or ""
  return pandoc.RawInline("typst", "#box(image(" .. typst_string(element.src) .. ", alt: "
    .. typst_string(element.attributes.alt) .. width .. "))")
end

-- PDF/UA wants a text for each formula; its source is the exact one.
local function formula(math)
  local source = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ math }) }), "typst"):gsub("%s+$", "")
  local block = math.mathtype == "DisplayMath" and "true" or "false"
  return pandoc.RawInline("typst", "#math.equation(block: " .. block .. ", alt: "
    .. typst_string(math.text) .. ", " .. source .. ")")
end

local SECTION_NUMBERS = {
  html = function(number)
    return { pandoc.Span({ pandoc.Str(number) }, pandoc.Attr("", { "section-number" })), pandoc.Space() }
  end,
  typst = function(number) return { pandoc.RawInline("typst", "#section-number[" .. number .. "]") } end,
  docx = function(number)
    return { pandoc.Span({ pandoc.Str(number) }, pandoc.Attr("", {}, { ["custom-style"] = "Section Number" })),
      pandoc.RawInline("openxml", "<w:r><w:tab/></w:r>") }
  end,
}

local function heading(header)
  local number = header.attributes.number or ""
  header.attributes.number = nil
  if header.level <= layout.toc_depth then
    contents[#contents + 1] = { level = header.level, number = number, id = header.identifier,
      text = header.content:clone() }
  end
  if number ~= "" then
    local format = FORMAT:gsub("%d", "")
    local inlines = pandoc.Inlines(SECTION_NUMBERS[format](number))
    inlines:extend(header.content)
    header.content = inlines
  end
  -- The title is the one first-level heading of the page.
  if FORMAT:match("^html") then header.level = math.min(6, header.level + 1) end
  return header
end

local RENDERERS = {
  html = { float = html_float, callout = html_callout },
  typst = { float = typst_float, callout = typst_callout },
  docx = { float = docx_float, callout = docx_callout },
}

local function rendered(div)
  local format = RENDERERS[(FORMAT:gsub("%d", ""))]
  if div.classes:includes("ts-float") then return format.float(div) end
  if div.classes:includes("ts-callout") then return format.callout(div, div.attributes.kind) end
  if div.classes:includes("ts-grid") then return grid(div) end
end

-- A contents list with links, filled in beforehand: Word shows an empty one until the reader refreshes it.
local function docx_contents(title)
  local blocks = pandoc.Blocks({ styled({ pandoc.Para({ pandoc.Str(title) }) }, "TOC Heading") })
  for index, entry in ipairs(contents) do
    local inlines = pandoc.Inlines({})
    if entry.number ~= "" then
      inlines:extend({ pandoc.Str(entry.number), pandoc.RawInline("openxml", "<w:r><w:tab/></w:r>") })
    end
    inlines:extend(entry.text)
    local line = pandoc.Inlines({ pandoc.Link(inlines, "#" .. entry.id) })
    if index == 1 then
      line:insert(1, pandoc.RawInline("openxml", '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText '
        .. 'xml:space="preserve"> TOC \\o "1-' .. layout.toc_depth .. '" \\h \\z \\n \\u </w:instrText></w:r><w:r>'
        .. '<w:fldChar w:fldCharType="separate"/></w:r>'))
    end
    if index == #contents then
      line:insert(pandoc.RawInline("openxml", '<w:r><w:fldChar w:fldCharType="end"/></w:r>'))
    end
    blocks:insert(styled({ pandoc.Para(line) }, "TOC " .. entry.level))
  end
  blocks:insert(raw('<w:p><w:r><w:br w:type="page"/></w:r></w:p>'))
  return blocks
end

function Pandoc(doc)
  local engine = doc.meta.engine
  doc.meta.engine = nil
  for key, value in pairs(engine.words) do words[key] = pandoc.utils.stringify(value) end
  layout = { toc = engine.toc, toc_title = pandoc.utils.stringify(engine["toc-title"]), number = engine.number,
    toc_depth = tonumber(pandoc.utils.stringify(engine["toc-depth"])),
    number_depth = tonumber(pandoc.utils.stringify(engine["number-depth"])) }
  doc = doc:walk({ Div = visibility, Span = visibility })
  doc = doc:walk(CHECKS)
  doc = doc:walk({ Div = callouts })
  doc.blocks = outline(doc.blocks):walk(numbering())
  doc = doc:walk({ Cite = references })
  doc = doc:walk({ Image = image, Math = FORMAT == "typst" and formula or nil })
  doc = doc:walk({ Header = heading, Table = data_table, Div = boxed })
  doc = doc:walk({ Div = rendered })
  if FORMAT == "docx" and layout.toc and #contents > 0 then
    doc.blocks = docx_contents(layout.toc_title) .. doc.blocks
  end
  return doc
end
