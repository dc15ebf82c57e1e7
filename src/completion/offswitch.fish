# fish completion for offswitch: what may come next is what the program says
function __offswitch_words
    set -l words (commandline -opc)
    for line in ($words[1] completion words -- $words[2..-1] (commandline -ct) 2>/dev/null)
        switch $line
            case @files
                __fish_complete_path (commandline -ct)
            case @directories
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c offswitch -f -a '(__offswitch_words)'
