"""An MCP server: the library as tools for review agents. Needs the extra ``mcp``."""
