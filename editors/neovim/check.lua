-- What an author does all day, done by Neovim itself; run by check.sh. Prints each step and leaves with 1 at the first that fails.

local file = vim.env.POLICY
local step = "start"

local function done(text)
  io.stdout:write("ok: ", step, text and (": " .. text) or "", "\n")
end

local function wait(what, condition)
  step = what
  if not vim.wait(10000, condition, 20) then error("timed out") end
end

local function lines() return vim.api.nvim_buf_get_lines(0, 0, -1, false) end
local function text() return table.concat(lines(), "\n") end

-- Puts the cursor on the first place of a text.
local function to(needle, offset)
  for n, line in ipairs(lines()) do
    local column = line:find(needle, 1, true)
    if column then
      vim.api.nvim_win_set_cursor(0, { n, column - 1 + (offset or 0) })
      return n
    end
  end
  error("no " .. needle)
end

local function ask(buffer, method, more)
  local client = vim.lsp.get_clients({ bufnr = buffer, name = "trustc" })[1]
  local params = vim.tbl_extend("force", vim.lsp.util.make_position_params(0, client.offset_encoding), more or {})
  local answer = assert(client:request_sync(method, params, 5000, buffer))
  assert(not answer.err, vim.inspect(answer.err))
  return answer.result
end

local function run()
  vim.cmd.edit(file)
  local buffer = vim.api.nvim_get_current_buf()
  wait("the server starts", function()
    local client = vim.lsp.get_clients({ bufnr = buffer, name = "trustc" })[1]
    return client and client.initialized and vim.bo.commentstring == "// %s"
  end)
  done(vim.bo.filetype)

  local n = to("contract == active")
  local good = lines()[n]
  vim.api.nvim_buf_set_lines(0, n - 1, n, false, { (good:gsub("== active", "== activ")) })
  wait("a diagnostic appears", function() return #vim.diagnostic.get(buffer) > 0 end)
  done(vim.diagnostic.get(buffer)[1].message)
  to("== activ", 3)
  vim.lsp.buf.code_action({ apply = true, filter = function(a) return a.title == "use `active`" end })
  wait("its fix is applied", function() return lines()[n] == good and #vim.diagnostic.get(buffer) == 0 end)
  done()

  step = "hover"
  to("require assured", 8)
  local hover = ask(buffer, "textDocument/hover").contents.value
  assert(hover:find("An issuer is assured", 1, true), hover)
  done()

  to("issuer(partner, prior")
  vim.lsp.buf.definition()
  wait("definition", function() return vim.api.nvim_get_current_line():find("^participation issuer") end)
  done()
  to("fresh(credential")
  vim.lsp.buf.definition()
  wait("definition in the library", function() return vim.api.nvim_get_current_buf() ~= buffer end)
  assert(vim.api.nvim_get_current_line():find("^define fresh"))
  done()
  vim.api.nvim_set_current_buf(buffer)

  step = "references"
  to("record Partner", 7)
  assert(#ask(buffer, "textDocument/references", { context = { includeDeclaration = true } }) > 2)
  done()
  vim.lsp.buf.rename("Member")
  wait("rename", function() return text():find("record Member", 1, true) and not text():find("%f[%w]Partner%f[%W]") end)
  wait("rename leaves nothing wrong", function() return #vim.diagnostic.get(buffer) == 0 end)
  done()

  step = "completion"
  n = to("require own_domain")
  local half = "    require own_domain: credential."
  good = lines()[n]
  vim.api.nvim_buf_set_lines(0, n - 1, n, false, { half })
  local found = ask(buffer, "textDocument/completion", { position = { line = n - 1, character = #half } })
  local labels = vim.tbl_map(function(item) return item.label end, found.items or found)
  assert(vim.tbl_contains(labels, "issuer") and not vim.tbl_contains(labels, "partner"), table.concat(labels, " "))
  done(table.concat(labels, " "))

  vim.api.nvim_buf_set_lines(0, n - 1, n, false, { (good:gsub(" ==", "==")) })
  step = "formatting on save"
  vim.cmd("silent write")
  assert(lines()[n] == good, lines()[n])
  done()

  wait("inlay hints", function() return #vim.lsp.inlay_hint.get({ bufnr = buffer }) > 0 end)
  done()
  vim.lsp.codelens.refresh({ bufnr = buffer })
  wait("lenses", function() return #vim.lsp.codelens.get(buffer) > 0 end)
  done()
  local said
  vim.lsp.handlers["window/showMessage"] = function(_, message) said = message.message end
  to('test "')
  vim.lsp.codelens.run()
  wait("a test is run by its lens", function() return said end)
  done(said)
  step = "semantic tokens"
  to("require assured")
  wait("semantic tokens", function() return #(vim.lsp.semantic_tokens.get_at_pos(buffer) or {}) > 0 end)
  done()
end

local fine, why = pcall(run)
if not fine then io.stdout:write("FAILED: ", step, ": ", tostring(why), "\n") end
vim.cmd(fine and "qa!" or "cq!")
