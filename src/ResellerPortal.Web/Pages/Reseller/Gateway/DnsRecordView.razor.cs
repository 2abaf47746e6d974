using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.GatewayHosts;

namespace ResellerPortal.Web.ResellerPages.Gateway;

/// <summary>One DNS record to be set, and what the last check found.</summary>
public sealed partial class DnsRecordView
{
    [Parameter, EditorRequired]
    public string Type { get; set; } = "";

    [Parameter, EditorRequired]
    public string Name { get; set; } = "";

    [Parameter, EditorRequired]
    public string Value { get; set; } = "";

    [Parameter, EditorRequired]
    public DnsRecordState State { get; set; }

    /// <summary>What else would do.</summary>
    [Parameter]
    public string? Note { get; set; }

    private string StateText => State switch
    {
        DnsRecordState.Correct => "Correct",
        DnsRecordState.Missing => "Not found",
        DnsRecordState.Different => "Different value",
        DnsRecordState.Unanswered => "No answer from DNS",
        _ => "Not checked",
    };

    private string Tone => State switch
    {
        DnsRecordState.Correct => "good",
        DnsRecordState.NotChecked => "off",
        DnsRecordState.Unanswered => "warn",
        _ => "bad",
    };
}
