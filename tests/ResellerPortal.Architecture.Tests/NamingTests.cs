using System.Text.RegularExpressions;

namespace ResellerPortal.Architecture.Tests;

/// <summary>One word, one meaning: a class says its role by its suffix, a method what it does by its verb.</summary>
public sealed partial class NamingTests
{
    /// <summary>Pictures of ours, and words that fit any class.</summary>
    private const string ForbiddenSuffixes =
        "Book|Desk|Door|Shelf|Sheet|Work|Notes|Upkeep|Look|Figures|Till|Shop|Market|Manager|Helper|Helpers|Util|Utils|Info|Data(?!base)";

    /// <summary>What the services of the domain are; a new role is added here on purpose.</summary>
    private static readonly string[] Roles =
    [
        "Service", "Queries", "Worker", "Writer", "Reader", "Validator", "Verifier", "Calculator", "Factory", "Store", "Recorder",
        "Importer", "Exporter", "Export", "Synchronizer", "Dispatcher", "Inbox", "Reconciler", "Runner", "Drafter", "Finalizer", "Review",
        "Policy", "Directory", "Authenticator", "Gateway", "Simulator", "Meter", "Links", "Memberships", "Statements", "Throttle",
    ];

    /// <summary>First words of methods that run asynchronously; a new one is added here on purpose.</summary>
    private static readonly string[] Verbs =
    [
        "Accept", "Act", "Add", "Adjust", "Align", "Append", "Apply", "Ask", "Audit", "Authenticate", "Begin", "Buy", "Calculate", "Call",
        "Cancel", "Challenge", "Change", "Charge", "Check", "Choose", "Clear", "Close", "Collect", "Commit", "Compare", "Complete",
        "Compose", "Compute", "Confirm", "Connect", "Convert", "Copy", "Correct", "Count", "Create", "Credit", "Delay", "Delete",
        "Dispatch",
        "Dispose", "Download", "Draft", "Drain", "Drop", "Edit", "Email", "End", "Ensure", "Erase", "Execute", "Expire", "Export", "Extend",
        "Fetch", "Fill", "Filter", "Finalise", "Find", "Finish", "Flush", "Focus", "For", "Forget", "Forward", "From", "Generate", "Get",
        "Guard",
        "Handle",
        "Has", "Hold", "Ignore", "Import", "Insert", "Invite", "Invoke", "Is", "Issue", "Keep", "List", "Load", "Lock", "Mail", "Map",
        "Mark", "Match", "Merge", "Migrate", "Move", "Normalize", "Notify", "Offer", "Open", "Order", "Pause", "Pay", "Poll", "Prepare",
        "Preview", "Print", "Pull", "Query", "Queue", "Read", "Receive", "Record", "Recover", "Refresh", "Refund", "Refuse", "Register",
        "Relay", "Release", "Reload", "Remove", "Renew", "Repair", "Replace", "Replay", "Report", "Reserve", "Reset", "Resolve", "Respond",
        "Resume", "Retry", "Return", "Reverse", "Review", "Revoke", "Roll", "Rotate", "Run", "Save", "Schedule", "Seal", "Search", "Seed",
        "Send", "Set", "Settle", "Show", "Sign", "Simulate", "Start", "Stop", "Strengthen", "Sum", "Switch", "Sync", "Take", "To", "Top",
        "Transform", "Try", "Turn", "Update", "Upgrade", "Upload", "Use", "Validate", "Verify", "Void", "Wait", "Watch", "With", "Write",
    ];

    [Fact]
    public void No_type_ends_in_a_word_that_says_nothing() => Assert.Empty(
        from type in Types("src").Concat(Types("tests"))
        where Regex.IsMatch(type.Name, $"({ForbiddenSuffixes})$")
            && type.Name is not ("TestData" or "BenchmarkData" or "PortalUserManager" or "CustomerData" or "PersonData" or "SessionData"
                or "AuditData" or "EmailData" or "ExtensionInfo" or "SupportSessionData" or "UserData")
        select $"{type.Name} in {type.File}");

    [Fact]
    public void No_two_projects_have_a_type_of_the_same_name()
    {
        string[] onePerProvider = ["Initial", "PortalDbContextModelSnapshot", "DesignTimeContext", "Program"];
        var twice =
            from type in Types("src").Where(t => t.Indent == 0)
            where !onePerProvider.Contains(type.Name)
            group type by type.Name into same
            where same.Select(t => t.File.Split('/')[1]).Distinct().Count() > 1
            select $"{same.Key}: {string.Join(", ", same.Select(t => t.File))}";

        Assert.Empty(twice);
    }

    [Fact]
    public void The_domains_services_say_their_role()
    {
        var registration = File.ReadAllText(Path.Combine(Repository.Source, "ResellerPortal.Core", "CoreRegistration.cs"));
        var wrong =
            from Match service in Registered().Matches(registration)
            let name = service.Groups[1].Value
            where !Roles.Any(role => name.EndsWith(role, StringComparison.Ordinal))
            select name;

        Assert.Empty(wrong);
    }

    [Fact]
    public void Workers_share_one_loop()
    {
        var own =
            from file in Repository.Files("src", "*.cs")
            let text = File.ReadAllText(file)
            where text.Contains("new PeriodicTimer", StringComparison.Ordinal)
                || (text.Contains(": BackgroundService", StringComparison.Ordinal)
                    && Path.GetFileName(file) is not ("PeriodicWorker.cs" or "MeterWriter.cs"))
            select Repository.Relative(file);
        Assert.Empty(own);

        var unnamed =
            from file in Repository.Files("src", "*.cs")
            let text = File.ReadAllText(file)
            where text.Contains(": PeriodicWorker(", StringComparison.Ordinal) && !file.EndsWith("Worker.cs", StringComparison.Ordinal)
            select Repository.Relative(file);
        Assert.Empty(unnamed);
    }

    [Fact]
    public void Asynchronous_methods_begin_with_a_verb()
    {
        var wrong =
            from file in Repository.Files("src", "*.cs")
            from Match method in AsynchronousMethod().Matches(File.ReadAllText(file))
            where !method.Value.Contains(" override ", StringComparison.Ordinal)
            let name = method.Groups[1].Value
            where !Verbs.Contains(Regex.Match(name, "^[A-Z][a-z]*").Value)
            select $"{name} in {Repository.Relative(file)}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_method_has_a_riddle_for_a_name()
    {
        var wrong =
            from root in (string[])["src", "tests"]
            from file in Repository.Files(root, "*.cs")
            from Match method in Method().Matches(File.ReadAllText(file))
            let name = method.Groups[1].Value
            where Riddle().IsMatch(name) && name is not ("IndexOf" or "LastIndexOf")
            select $"{name} in {Repository.Relative(file)}";

        Assert.Empty(wrong);
    }

    private static IEnumerable<(string Name, string File, int Indent)> Types(string root) =>
        from file in Repository.Files(root, "*.cs")
        from Match type in Type().Matches(File.ReadAllText(file))
        select (type.Groups[2].Value, Repository.Relative(file), type.Groups[1].Length);

    [GeneratedRegex(
        @"^( *)(?:public |internal |private |protected |file |static |sealed |abstract |partial |readonly )*"
            + @"(?:class|record struct|record|struct|interface|enum) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex(
        @"^ +(?:public |internal |private |protected |static |override |virtual |abstract |sealed |async |partial )*"
            + @"(?:Value)?Task(?:<[^\n=]+>)? (\w+Async)(?:<\w+>)?\(",
        RegexOptions.Multiline)]
    private static partial Regex AsynchronousMethod();

    [GeneratedRegex(@"(?:AddSingleton|AddPeriodicWorker)<(\w+)>\(\)")]
    private static partial Regex Registered();

    /// <summary>Declared methods: modifiers, a type and a name before a parenthesis.</summary>
    [GeneratedRegex(
        @"^ +(?:public |internal |private |protected |static |override |virtual |abstract |sealed |async |partial )+"
            + @"[\w<>\[\]?,.() ]+ (\w+)(?:<\w+>)?\(",
        RegexOptions.Multiline)]
    private static partial Regex Method();

    [GeneratedRegex(@"^(?:\w*[a-z]Of(?:Async)?|Of(?:Async)?|WhyNot\w*|Told|Follow(?:Async)?|Enter(?:Async)?|Here|PassOn(?:Async)?)$")]
    private static partial Regex Riddle();
}
