extension ReportPage {
    /// The style sheet: system fonts, colours as variables for light and dark, one column on a phone.
    static let style = """
        :root { --ground:#ffffff; --card:#f6f8fa; --edge:#d6dce3; --ink:#1f2328; --dim:#59636e;
          --c0:#2563eb; --c1:#d97706; --c2:#059669; --c3:#db2777; --c4:#7c3aed; --c5:#0e7490;
          --good:#1a7f37; --bad:#c01c26; --warn:#9a5b00; --even:#57606a; }
        @media (prefers-color-scheme: dark) { :root { --ground:#0d1117; --card:#161b22;
          --edge:#30363d; --ink:#e6edf3; --dim:#9aa4af; --c0:#60a5fa; --c1:#fbbf24; --c2:#34d399;
          --c3:#f472b6; --c4:#a78bfa; --c5:#22d3ee; --good:#4ac26b; --bad:#ff8087; --warn:#e3a84a;
          --even:#a3adb8; } }
        * { box-sizing:border-box; }
        body { margin:0; background:var(--ground); color:var(--ink);
          font:16px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif; }
        main { max-width:1120px; margin:0 auto; padding:20px 20px 60px; }
        h1 { margin:0 0 4px; font-size:28px; overflow-wrap:anywhere; }
        h2 { margin:36px 0 4px; font-size:21px; }
        h3 { margin:18px 0 6px; font-size:17px; overflow-wrap:anywhere; }
        h4 { margin:16px 0 2px; font-size:16px; }
        p { margin:6px 0; }
        .kind { color:var(--dim); font-size:14px; margin:0; }
        .help, small, figcaption span { color:var(--dim); font-size:14px; }
        code, pre { font:13px/1.45 ui-monospace,"DejaVu Sans Mono",monospace; }
        pre { background:var(--card); border:1px solid var(--edge); border-radius:8px;
          padding:12px; overflow-x:auto; }
        .verdicts { display:grid; gap:14px; margin-top:16px;
          grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr)); }
        .verdict { background:var(--card); border:1px solid var(--edge); border-left:6px solid var(--even);
          border-radius:8px; padding:12px 16px; }
        .verdict h3 { margin:0; }
        .verdict ul { margin:6px 0; padding-left:20px; }
        .badge { margin:0; font-size:22px; font-weight:700; color:var(--even); }
        .learning { border-left-color:var(--good); } .learning .badge { color:var(--good); }
        .collapsed { border-left-color:var(--bad); } .collapsed .badge { color:var(--bad); }
        .partial-collapse, .stalled, .no-better-than-untrained { border-left-color:var(--warn); }
        .partial-collapse .badge, .stalled .badge, .no-better-than-untrained .badge
          { color:var(--warn); }
        .cure { border-top:1px solid var(--edge); padding-top:8px; }
        .charts { display:grid; gap:14px; margin-top:10px;
          grid-template-columns:repeat(auto-fill,minmax(min(100%,310px),1fr)); }
        figure { margin:0; }
        .chart { background:var(--card); border:1px solid var(--edge); border-radius:8px; padding:10px; }
        .chart figcaption { min-height:66px; }
        .chart > svg { display:block; width:100%; height:auto; }
        .tick { fill:var(--dim); font-size:11px; font-family:system-ui,"DejaVu Sans",sans-serif; }
        .grid { stroke:var(--edge); stroke-width:1; }
        .line { fill:none; stroke:var(--c); stroke-width:2; stroke-linejoin:round; }
        .dash1 { stroke-dasharray:8 4; } .dash2 { stroke-dasharray:2 3; }
        .dash3 { stroke-dasharray:9 3 2 3; }
        .base { stroke:var(--c); stroke-width:1.5; stroke-dasharray:3 4; opacity:.8; }
        .dot { fill:var(--c); stroke:var(--card); stroke-width:1; }
        .c0 { --c:var(--c0); } .c1 { --c:var(--c1); } .c2 { --c:var(--c2); }
        .c3 { --c:var(--c3); } .c4 { --c:var(--c4); } .c5 { --c:var(--c5); }
        .legend { display:flex; flex-wrap:wrap; gap:2px 14px; font-size:13px; color:var(--dim); }
        .key { overflow-wrap:anywhere; }
        .key svg { width:26px; height:6px; margin-right:5px; vertical-align:middle; }
        .key .base { --c:var(--dim); }
        .scroll { overflow-x:auto; margin:8px 0; }
        table { border-collapse:collapse; min-width:100%; font-size:15px; }
        th, td { text-align:left; vertical-align:top; padding:6px 12px 6px 0;
          border-bottom:1px solid var(--edge); }
        th { color:var(--dim); font-weight:600; font-size:14px; white-space:nowrap; }
        th small { display:block; font-weight:400; font-size:13px; white-space:normal; }
        .change, .explained td:first-child { white-space:nowrap; }
        .explained td:last-child { min-width:190px; }
        .below { display:block; min-width:170px; }
        td { overflow-wrap:anywhere; } td:first-child { overflow-wrap:normal; }
        .sheets { display:grid; grid-template-columns:minmax(0,1fr); gap:14px; margin:8px 0; }
        .sheets.small { grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr)); }
        .picture img { display:block; max-width:100%; height:auto; border-radius:8px;
          border:1px solid var(--edge); background:#fff; }
        .diagram { display:block; max-width:100%; height:auto; margin:0 auto; }
        summary { cursor:pointer; padding:6px 0; }
        dl { display:grid; grid-template-columns:auto 1fr; gap:2px 14px; font-size:14px; }
        dt { color:var(--dim); } dd { margin:0; }
        @media (max-width: 560px) {
          main { padding:14px 14px 40px; } h1 { font-size:23px; } .chart figcaption { min-height:0; }
          .diagram { max-width:none; width:620px; }
          .explained td:last-child, .explained th:last-child, .below { display:none; }
          table { font-size:14px; } td, th { padding-right:10px; } 
          td:first-child code { display:inline-block; min-width:118px; max-width:130px; overflow-wrap:anywhere; }
          .change small { display:block; }
          .learnt .change, .explained td:first-child { white-space:normal; }
        }
        """
}
