package dev.helix.blackbox;

/**
 * All that a caller, an upstream and a reader of the files can see of the server, whatever
 * container it runs in. A class that implements {@link #servers()} and runs once for all its cases
 * ({@code PER_CLASS}) is a test of that container. Cases share servers and never sessions.
 */
public interface EndpointSuite
    extends StreamingCases,
        WireCases,
        AliasCases,
        PassthroughCases,
        SeveralUpstreamsCases,
        CrossOriginCases,
        HistoryCases,
        StoredTurnCases,
        ResponseCases,
        ResponseErrorCases,
        CompactCases,
        ConversationCases,
        MessagesCases,
        BackgroundCases,
        SocketCases,
        ResponseChatCases,
        TaskCases,
        MessageIdCases,
        UpstreamFailureCases,
        OddUpstreamCases,
        UpstreamFormCases,
        CallerCases,
        BadInputCases,
        OwnerCases,
        LifecycleCases,
        HealthCases,
        OpenAiClientCases,
        DemoCases {}
